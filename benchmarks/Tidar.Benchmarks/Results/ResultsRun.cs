using System.Globalization;
using System.Text;
using System.Text.Json;
using Tidar.Kernels;
using Tidar.Models.Configuration;

namespace Tidar.Benchmarks.Results;

/// <summary>
/// Measures a machine and the shapes with <c>tidar bench</c> and writes what came out to <c>benchmarks/results</c>: a file of the JSON objects, one a line, and
/// the same as Markdown tables, both named after the processor.
/// </summary>
internal static class ResultsRun
{
    private const string AllSlots = "1,8,20,24,72,80,272";
    private const string FusedSlots = "1,20,72,272";

    // Packing it takes most of a minute for every command.
    private const string Largest = "qwen3-8b";

    private static readonly string[][] Works = [["step", "--slots", AllSlots], ["step", "--layout", "tidar", "--slots", FusedSlots], ["prefill"], ["decode"]];
    private static readonly string[][] FewWorks = [["step", "--slots", "1,8,24,80"]];

    /// <summary>Runs: <c>[SHAPES [WEIGHTS]]</c>, names separated by commas.</summary>
    public static int Run(string[] args)
    {
        string[] shapes = args.Length > 0 ? args[0].Split(',') : [.. NamedShapes.ByName.Keys];
        string[] formats = args.Length > 1 ? args[1].Split(',') : ["int8", "int4"];
        string started = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), before = Command.LoadAverage();
        List<(string Command, JsonElement Result)> results = [("machine", Command.Bench("machine"))];
        string file = Path.Combine(Command.Repository, "benchmarks", "results", FileName(results[0].Result));
        foreach (string shape in shapes)
        {
            foreach (string format in formats)
            {
                foreach (string[] work in shape == Largest ? FewWorks : Works)
                {
                    Console.Error.WriteLine($"{shape} {format}: {string.Join(' ', work)}");
                    results.Add((string.Join(' ', work), Command.Bench([.. work, "--shape", shape, "--weights", format])));

                    // After every measurement: a run that is stopped keeps what it has.
                    File.WriteAllLines($"{file}.jsonl", results.Select(static r => JsonSerializer.Serialize(r.Result)));
                    File.WriteAllText($"{file}.md", Markdown(results, $"{started} UTC; load average {before} before, {Command.LoadAverage()} after"));
                }
            }
        }

        Console.WriteLine($"{file}.md");
        return 0;
    }

    private static string FileName(JsonElement machine)
    {
        string label = $"{Processor.Name} {machine.GetProperty("processors")} processors {machine.GetProperty("tier")}";
        string[] words = new string([.. label.ToLowerInvariant().Select(static c => char.IsAsciiLetterOrDigit(c) ? c : ' ')])
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return string.Join('-', words);
    }

    private static string Markdown(List<(string Command, JsonElement Result)> results, string when)
    {
        StringBuilder text = new();
        JsonElement machine = results[0].Result;
        text.Append(CultureInfo.InvariantCulture, $"# {Processor.Name}, {machine.GetProperty("processors")} processors, tier {machine.GetProperty("tier")}\n\n{when}\n\n");
        foreach (JsonElement note in machine.GetProperty("notes").EnumerateArray())
            text.Append(CultureInfo.InvariantCulture, $"- {note}\n");
        text.Append("\n| tier | int8 by | threads | int8 TOP/s | bf16 TFLOP/s | f32 TFLOP/s | read GB/s |\n|---|---|---|---|---|---|---|\n");
        foreach (JsonElement row in machine.GetProperty("rows").EnumerateArray())
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {row.GetProperty("tier")} | {row.GetProperty("int8_instructions")} | {row.GetProperty("threads")} | {Real(row, "int8_tops", "F3")} "
                + $"| {Real(row, "bf16_tflops", "F3")} | {Real(row, "f32_tflops", "F3")} | {Real(row, "bandwidth_gbs", "F1")} |\n");
        }

        foreach ((string command, JsonElement result) in results.Skip(1))
            Append(text, command, result);
        return text.ToString();
    }

    private static void Append(StringBuilder text, string command, JsonElement result)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n## {result.GetProperty("model")}, {result.GetProperty("weights")}: `{command}`\n\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"{result.GetProperty("threads")} threads; limits in this run: {Real(result, "peak_tops", "F3")} TOP/s for linear layers, "
            + $"{Real(result, "f32_tflops", "F3")} TFLOP/s float32, {Real(result, "bandwidth_gbs", "F1")} GB/s\n\n");
        text.Append("| slots | ms | best ms | MB | GOP | roofline ms | bound by | share | best share | × 1 slot | tokens/s | B/token |\n");
        text.Append("|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (JsonElement row in result.GetProperty("rows").EnumerateArray())
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {row.GetProperty("slots")} | {Real(row, "ms", "F2")} | {Real(row, "best_ms", "F2")} | {row.GetProperty("bytes").GetDouble() / 1e6:F1} "
                + $"| {row.GetProperty("operations").GetDouble() / 1e9:F2} | {Real(row, "roofline_ms", "F2")} | {row.GetProperty("bound")} | {Real(row, "roofline_share", "F2")} "
                + $"| {Real(row, "best_roofline_share", "F2")} | {Real(row, "relative_cost", "F2")} | {Real(row, "tokens_per_second", "F1")} "
                + $"| {Real(row, "allocated_bytes_per_token", "F0")} |\n");
        }
    }

    private static string Real(JsonElement row, string name, string format) =>
        row.TryGetProperty(name, out JsonElement value) ? value.GetDouble().ToString(format, CultureInfo.InvariantCulture) : "";
}
