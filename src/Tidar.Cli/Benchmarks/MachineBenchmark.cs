using System.Globalization;
using Spectre.Console;
using Tidar.Cli.Hosting;
using Tidar.Cli.Output;
using Tidar.Evaluation.Benchmarks;
using Tidar.Kernels;

namespace Tidar.Cli.Benchmarks;

/// <summary>Measures the machine's limits: every tier that it has, with one thread and with all.</summary>
internal static class MachineBenchmark
{
    /// <summary>Measures, and writes the result.</summary>
    public static void Run(CommandContext context, int threads, bool json)
    {
        // The tier in use comes first; bandwidth does not depend on it.
        List<TierLimits> measured = [];
        KernelTier inUse = Processor.Tier;
        foreach (KernelTier tier in Processor.Available.OrderByDescending(t => t == inUse).ThenByDescending(static t => t))
        {
            foreach (int count in new[] { threads, 1 }.Distinct())
            {
                context.Cancellation.ThrowIfCancellationRequested();
                measured.Add(Measure(tier, count));
            }
        }

        if (json)
            WriteJson(context, measured);
        else
            Show(context, measured);
    }

    private static TierLimits Measure(KernelTier tier, int threads)
    {
        KernelTier before = Processor.Tier;
        try
        {
            Processor.Tier = tier;
            return new TierLimits(tier, Processor.Int8Instructions, MachineLimits.Measure(threads));
        }
        finally
        {
            Processor.Tier = before;
        }
    }

    private static void WriteJson(CommandContext context, List<TierLimits> measured) => JsonLine.Write(context.Output, writer =>
    {
        MachineLimits limits = measured[0].Limits;
        BenchmarkOutput.WriteHeader(writer, limits);
        writer.WriteNumber("processors", Environment.ProcessorCount);
        writer.WriteStartArray("notes");
        foreach (string note in Processor.Notes)
            writer.WriteStringValue(note);
        writer.WriteEndArray();
        writer.Real("peak_tops", limits.Int8Tops);
        writer.Real("bandwidth_gbs", limits.BandwidthGbs);
        writer.WriteStartArray("rows");
        foreach ((KernelTier tier, string instructions, MachineLimits row) in measured)
        {
            writer.WriteStartObject();
            writer.WriteString("tier", BenchmarkOutput.NameOf(tier));
            writer.WriteString("int8_instructions", instructions);
            writer.WriteNumber("threads", row.Threads);
            writer.Real("int8_tops", row.Int8Tops);
            writer.Real("bf16_tflops", row.BFloat16Tops);
            writer.Real("f32_tflops", row.Float32Tops);
            writer.Real("bandwidth_gbs", row.BandwidthGbs);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });

    private static void Show(CommandContext context, List<TierLimits> measured)
    {
        context.Output.WriteLine($"{Processor.Name}, {Environment.ProcessorCount} processors, tier in use: {BenchmarkOutput.NameOf(Processor.Tier)}");
        foreach (string note in Processor.Notes)
            context.Output.WriteLine(context.OutputStyle.Dim(note));
        Table table = Tables.Plain("tier", "int8 by", "threads", "int8 TOP/s", "bf16 TFLOP/s", "f32 TFLOP/s", "read GB/s");
        foreach ((KernelTier tier, string instructions, MachineLimits limits) in measured)
        {
            table.Row(
                BenchmarkOutput.NameOf(tier),
                instructions,
                limits.Threads.ToString(CultureInfo.InvariantCulture),
                limits.Int8Tops.ToString("F3", CultureInfo.InvariantCulture),
                limits.BFloat16Tops.ToString("F3", CultureInfo.InvariantCulture),
                limits.Float32Tops.ToString("F3", CultureInfo.InvariantCulture),
                limits.BandwidthGbs.ToString("F1", CultureInfo.InvariantCulture));
        }

        Tables.Console(context.Output, context.OutputStyle).Write(table);
    }

    private sealed record TierLimits(KernelTier Tier, string Int8Instructions, MachineLimits Limits);
}
