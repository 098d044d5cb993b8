using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Tidar.Cli.Hosting;
using Tidar.Cli.Output;
using Tidar.Evaluation.Benchmarks;
using Tidar.Kernels;

namespace Tidar.Cli.Benchmarks;

/// <summary>Measured rows as a table for people, or as one JSON object.</summary>
internal static class BenchmarkOutput
{
    /// <summary>The tier's name as <see cref="Processor.TierVariable"/> takes it.</summary>
    public static string NameOf(KernelTier tier) => tier.ToString().ToLowerInvariant();

    /// <summary>What was measured, on which machine.</summary>
    public static void WriteHeader(Utf8JsonWriter writer, MachineLimits limits)
    {
        writer.WriteString("processor", Processor.Name);
        writer.WriteString("tier", NameOf(Processor.Tier));
        writer.WriteNumber("threads", limits.Threads);
    }

    /// <summary>All rows as one object.</summary>
    /// <param name="context">Where to.</param>
    /// <param name="report">What ran.</param>
    /// <param name="limits">The machine's limits.</param>
    /// <param name="linearPeak">Operations per second that limit the linear layers.</param>
    /// <param name="rows">The rows.</param>
    public static void WriteJson(CommandContext context, BenchmarkReport report, MachineLimits limits, double linearPeak, IReadOnlyList<BenchmarkRow> rows) =>
        JsonLine.Write(context.Output, writer =>
        {
            WriteHeader(writer, limits);
            writer.Real("peak_tops", linearPeak / 1e12);
            writer.Real("f32_tflops", limits.Float32Tops);
            writer.Real("bandwidth_gbs", limits.BandwidthGbs);
            writer.WriteString("model", report.Model);
            writer.WriteString("weights", report.Weights);
            writer.WriteNumber("parameters", report.Parameters);
            writer.WriteNumber("weight_bytes", report.WeightBytes);
            foreach ((string name, int value) in report.Settings)
                writer.WriteNumber(name, value);
            writer.WriteStartArray("rows");
            foreach (BenchmarkRow row in rows)
                WriteRow(writer, row);
            writer.WriteEndArray();
        });

    private static void WriteRow(Utf8JsonWriter writer, BenchmarkRow row)
    {
        writer.WriteStartObject();
        writer.WriteNumber("slots", row.Slots);
        writer.Real("ms", Milliseconds(row.Timing.Median));
        writer.Real("best_ms", Milliseconds(row.Timing.Best));
        writer.WriteNumber("repetitions", row.Timing.Repetitions);
        if (row.Logits is int logits)
            writer.WriteNumber("logits", logits);
        writer.WriteNumber("bytes", row.Cost.Bytes);
        writer.WriteNumber("operations", row.Cost.Operations);
        writer.WriteNumber("attention_operations", row.Cost.AttentionOperations);
        writer.Real("roofline_ms", Milliseconds(row.RooflineSeconds));
        writer.WriteString("bound", Bound(row));
        writer.Real("roofline_share", row.RooflineShare);
        writer.Real("best_roofline_share", row.BestRooflineShare);
        if (row.RelativeCost is double relative)
            writer.Real("relative_cost", relative);
        if (row.TokensPerSecond is double speed)
            writer.Real("tokens_per_second", speed);
        if (row.AllocatedBytesPerToken is double allocated)
            writer.Real("allocated_bytes_per_token", allocated);
        writer.WriteEndObject();
    }

    /// <summary>All rows as a table.</summary>
    public static void Show(CommandContext context, BenchmarkReport report, MachineLimits limits, IReadOnlyList<BenchmarkRow> rows)
    {
        context.Output.WriteLine($"{Processor.Name}, tier {NameOf(Processor.Tier)}, {limits.Threads} threads: "
            + $"int8 {Number(limits.Int8Tops, "F2")} TOP/s, f32 {Number(limits.Float32Tops, "F3")} TFLOP/s, memory {Number(limits.BandwidthGbs, "F1")} GB/s");
        string settings = string.Concat(report.Settings.Select(static s => $", {s.Name.Replace('_', ' ')} {s.Value}"));
        context.Output.WriteLine($"{report.Model}, {report.Weights}, {Number(report.WeightBytes / 1e6, "F1")} MB of weights a pass{settings}");
        Table table = Tables.Plain("slots", "ms", "best ms", "MB", "GOP", "roofline ms", "bound by", "share", "best share", "× 1 slot", "tokens/s", "B/token");
        foreach (BenchmarkRow row in rows)
        {
            table.Row(
                Number(row.Slots, "F0"),
                Number(Milliseconds(row.Timing.Median), "F3"),
                Number(Milliseconds(row.Timing.Best), "F3"),
                Number(row.Cost.Bytes / 1e6, "F1"),
                Number(row.Cost.Operations / 1e9, "F2"),
                Number(Milliseconds(row.RooflineSeconds), "F3"),
                Bound(row),
                Number(row.RooflineShare, "F3"),
                Number(row.BestRooflineShare, "F3"),
                Number(row.RelativeCost, "F2"),
                Number(row.TokensPerSecond, "F1"),
                Number(row.AllocatedBytesPerToken, "F0"));
        }

        Tables.Console(context.Output, context.OutputStyle).Write(table);
    }

    private static string Bound(BenchmarkRow row) => row.MemoryBound ? "memory" : "arithmetic";

    private static double Milliseconds(double seconds) => 1000 * seconds;

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}
