using System.Globalization;
using Spectre.Console;
using Tidar.Cli.Hosting;
using Tidar.Cli.Output;
using Tidar.Evaluation.Benchmarks;
using Tidar.Kernels;
using Tidar.Training.Backpropagation;

namespace Tidar.Cli.Benchmarks;

/// <summary>A measured training step as a table for people, or as one JSON object.</summary>
internal static class TrainingBenchmarkOutput
{
    /// <summary>One object.</summary>
    public static void WriteJson(CommandContext context, TrainingBenchmark benchmark, MachineLimits limits, Timing timing) => JsonLine.Write(context.Output, writer =>
    {
        TrainingBenchmarkSettings settings = benchmark.Settings;
        BenchmarkOutput.WriteHeader(writer, limits);
        writer.Real("peak_tops", limits.BFloat16Tops);
        writer.Real("f32_tflops", limits.Float32Tops);
        writer.Real("bandwidth_gbs", limits.BandwidthGbs);
        writer.WriteString("model", settings.Model);
        writer.WriteString("precision", NameOf(settings.Precision));
        writer.WriteBoolean("activation_checkpointing", settings.Recomputes);
        writer.WriteNumber("parameters", benchmark.Parameters);
        writer.WriteNumber("draft_length", settings.DraftLength);
        writer.WriteNumber("row_tokens", settings.RowTokens);
        writer.WriteStartArray("rows");
        writer.WriteStartObject();
        writer.WriteNumber("slots", benchmark.Slots);
        writer.Real("ms", 1000 * timing.Median);
        writer.Real("best_ms", 1000 * timing.Best);
        writer.WriteNumber("repetitions", timing.Repetitions);
        writer.Real("operations", benchmark.Cost.Total);
        writer.Real("attention_operations", benchmark.Cost.Attention);
        writer.Real("tokens_per_second", benchmark.Tokens / timing.Median);
        writer.Real("peak_share", Share(benchmark.Cost.Total, limits, timing.Median));
        writer.Real("best_peak_share", Share(benchmark.Cost.Total, limits, timing.Best));
        writer.Real("linear_peak_share", Share(benchmark.Cost.Linear, limits, timing.Median));
        writer.WriteNumber("memory_bytes", Environment.WorkingSet);
        writer.WriteEndObject();
        writer.WriteEndArray();
    });

    /// <summary>A table.</summary>
    public static void Show(CommandContext context, TrainingBenchmark benchmark, MachineLimits limits, Timing timing)
    {
        TrainingBenchmarkSettings settings = benchmark.Settings;
        context.Output.WriteLine($"{Processor.Name}, tier {BenchmarkOutput.NameOf(Processor.Tier)}, {limits.Threads} threads: "
            + $"bf16 {Number(limits.BFloat16Tops, "F3")} TFLOP/s, f32 {Number(limits.Float32Tops, "F3")} TFLOP/s, memory {Number(limits.BandwidthGbs, "F1")} GB/s");
        context.Output.WriteLine($"{settings.Model}, {NameOf(settings.Precision)}, one optimizer step of {settings.Rows} × {settings.RowTokens} clean tokens, K = {settings.DraftLength}");
        Table table = Tables.Plain("slots", "ms", "best ms", "TFLOP", "of attention", "tokens/s", "share of peak", "best share", "linear alone", "GB");
        table.Row(
            Number(benchmark.Slots, "F0"),
            Number(1000 * timing.Median, "F0"),
            Number(1000 * timing.Best, "F0"),
            Number(benchmark.Cost.Total / 1e12, "F3"),
            Number(benchmark.Cost.Attention / 1e12, "F3"),
            Number(benchmark.Tokens / timing.Median, "F1"),
            Number(Share(benchmark.Cost.Total, limits, timing.Median), "F3"),
            Number(Share(benchmark.Cost.Total, limits, timing.Best), "F3"),
            Number(Share(benchmark.Cost.Linear, limits, timing.Median), "F3"),
            Number(Environment.WorkingSet / 1e9, "F2"));
        Tables.Console(context.Output, context.OutputStyle).Write(table);
    }

    private static double Share(double operations, MachineLimits limits, double seconds) => operations / (limits.BFloat16 * seconds);

    private static string NameOf(TrainingPrecision precision) => precision == TrainingPrecision.BFloat16 ? "bf16" : "f32";

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
