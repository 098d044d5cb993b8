using System.CommandLine;
using Tidar.Cli.Benchmarks;
using Tidar.Cli.Hosting;
using Tidar.Cli.Options;
using Tidar.Decoding.Planning;
using Tidar.Evaluation.Benchmarks;
using Tidar.Models.Configuration;
using Tidar.Models.Weights;
using Tidar.Training.Backpropagation;

namespace Tidar.Cli.Commands;

/// <summary><c>tidar bench</c>: what the machine can do, and how near the engine comes to it.</summary>
internal static class BenchCommand
{
    private const int DefaultContext = 256;
    private const int DefaultPrompt = 512;
    private const int DefaultDecoded = 64;
    private const int DefaultRowTokens = 512;
    private const int DefaultRows = 2;
    private const int DefaultTrainingSteps = 3;

    // A decoding step asks for at most this many logits unless told otherwise: 2K of the trained K = 8.
    private const int DefaultLogits = 16;

    private const string Roofline =
        "The roofline is max(bytes / bandwidth, operations / peak), with limits measured in the same run: linear layers at the peak of the weights' "
        + "arithmetic (int8, int4: int8 dot products; bf16, f32: float32), attention at the float32 peak. See docs/roofline.md.";

    private static readonly int[] DefaultSlots = [1, 8, 24, 72, 80, 272];

    public static Command Create(CommandContext context) => new("bench", "Measure this machine's limits, and what passes of a model cost beside them.")
    {
        Machine(context), Step(context), Prefill(context), Decode(context), Train(context),
    };

    /// <summary>The layout of a step with that many rows.</summary>
    /// <param name="slots">Rows.</param>
    /// <param name="tidar">Whether they are TiDAR's fused step.</param>
    /// <param name="logits">Rows whose logits are asked for; null for the default.</param>
    /// <exception cref="CommandLineException">The fused step has no such number of rows, or fewer rows than logits.</exception>
    public static StepLayout Layout(int slots, bool tidar, int? logits)
    {
        if (logits > slots)
            throw new CommandLineException($"--logits: expected at most {slots}, the number of slots, found {logits}");
        // One row is a chain of one in either: what a step is compared with.
        if (!tidar || slots == 1)
            return StepLayout.Chain(slots, logits ?? Math.Min(slots, DefaultLogits));
        int k = (int)Math.Sqrt(slots);
        if ((k * k) + k != slots)
            throw new CommandLineException($"--slots: expected 1 or K + K² rows for --layout tidar, such as 20, 72 or 272, found {slots}");
        return StepLayout.Fused(k, logits ?? 2 * k);
    }

    private static Command Machine(CommandContext context)
    {
        Option<int?> threads = Opt.Threads();
        Option<bool> json = Opt.Json();
        Command command = new("machine", "Measure peak operations per second of every kernel tier that this machine has, and memory bandwidth.") { threads, json };
        command.SetAction(parsed =>
        {
            MachineBenchmark.Run(context, parsed.GetValue(threads) ?? Environment.ProcessorCount, parsed.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Step(CommandContext context)
    {
        Option<int[]?> slots = Opt.WholeList("--slots", "N,N,…", $"token rows of a pass (default: {string.Join(',', DefaultSlots)})", least: 1);
        Option<int?> length = Context();
        Option<int?> logits = Opt.Whole(
            "--logits", "N", $"rows whose logits are asked for (default: up to {DefaultLogits} of a chain, 2K with --layout tidar)", least: 1);
        Option<string?> layout = Opt.Choice(
            "--layout", "a chain of clean rows, as other engines batch them, or TiDAR's fused step of K drafts and K blocks of K masks (default: chain)", "chain", "tidar");
        Option<int?> repetitions = Repetitions();
        BenchOptions model = new();
        Command command = new("step", $"Measure one forward pass over a number of token rows behind a filled cache. {Roofline}")
        {
            slots, length, logits, layout, repetitions,
        };
        model.AddTo(command);
        command.SetAction(parsed =>
        {
            bool tidar = parsed.GetValue(layout) == "tidar";
            int behind = parsed.GetValue(length) ?? DefaultContext;
            int[] counts = parsed.GetValue(slots) is { Length: > 0 } given ? given : DefaultSlots;
            StepLayout[] steps = [.. counts.Select(n => Layout(n, tidar, parsed.GetValue(logits)))];
            int positions = behind + steps.Max(static s => s.Positions);
            return model.Run(parsed, context, positions, [("context", behind)], benchmark => benchmark.Steps(steps, behind, parsed.GetValue(repetitions)));
        });
        return command;
    }

    private static Command Prefill(CommandContext context)
    {
        Option<int?> tokens = Opt.Whole("--tokens", "N", $"tokens of the prompt (default: {DefaultPrompt})", least: 1);
        Option<int?> repetitions = Repetitions();
        BenchOptions model = new();
        Command command = new("prefill", $"Measure the time from a prompt to its first token, fed in blocks as the engine does. {Roofline}") { tokens, repetitions };
        model.AddTo(command);
        command.SetAction(parsed =>
        {
            int prompt = parsed.GetValue(tokens) ?? DefaultPrompt;
            return model.Run(parsed, context, prompt, [], benchmark => [benchmark.Prefill(prompt, parsed.GetValue(repetitions))]);
        });
        return command;
    }

    private static Command Decode(CommandContext context)
    {
        Option<int?> tokens = Opt.Whole("--tokens", "N", $"tokens to decode (default: {DefaultDecoded})", least: 1);
        Option<int?> length = Context();
        BenchOptions model = new();
        Command command = new("decode", $"Measure greedy autoregressive decoding through the engine, and what it allocates per token. {Roofline}") { tokens, length };
        model.AddTo(command);
        command.SetAction(parsed =>
        {
            int behind = parsed.GetValue(length) ?? DefaultContext;
            int decoded = parsed.GetValue(tokens) ?? DefaultDecoded, positions = behind + ModelBenchmark.WarmUpTokens + decoded + 1;
            return model.Run(parsed, context, positions, [("context", behind)], benchmark => [benchmark.Decode(decoded, behind)]);
        });
        return command;
    }

    private static Command Train(CommandContext context)
    {
        Option<string?> shape = Opt.Choice("--shape", "shape of a published model, with random weights", [.. NamedShapes.ByName.Keys]);
        Option<string?> model = Opt.Text("--model", "PATH|NAME", "Hugging Face folder, GGUF file, or a name under models/");
        Option<int?> draftLength = Opt.Whole("--draft-length", "K", "block length (default: 8)", least: 1, most: 1024);
        Option<string?> precision = Opt.Choice("--precision", "arithmetic of the products with weights (default: bf16)", "bf16", "f32");
        Option<int?> rowTokens = Opt.Whole("--row-tokens", "S", $"clean tokens of a row (default: {DefaultRowTokens})", least: 2, most: 1 << 20);
        Option<int?> rows = Opt.Whole("--rows", "N", $"rows of a step (default: {DefaultRows})", least: 1, most: 1 << 12);
        Option<bool> recomputes = Opt.Flag("--activation-checkpointing", "compute activations again in the backward pass instead of keeping them");
        Option<int?> repetitions = Opt.Whole("--repetitions", "N", $"measured steps (default: {DefaultTrainingSteps})", least: 1);
        Option<int?> threads = Opt.Threads();
        Option<bool> json = Opt.Json();
        Command command = new("train", "Measure whole optimizer steps of full training, as a share of the bfloat16 peak of the same run. See docs/training.md for what is counted.")
        {
            shape, model, draftLength, precision, rowTokens, rows, recomputes, repetitions, threads, json,
        };
        command.SetAction(parsed =>
        {
            TrainingBenchmarkSettings settings = new(
                parsed.GetValue(shape) ?? parsed.GetValue(model) ?? "",
                parsed.GetValue(draftLength) ?? 8,
                parsed.GetValue(rowTokens) ?? DefaultRowTokens,
                parsed.GetValue(rows) ?? DefaultRows,
                parsed.GetValue(precision) == "f32" ? TrainingPrecision.Float32 : TrainingPrecision.BFloat16,
                parsed.GetValue(recomputes),
                parsed.GetValue(threads) ?? Environment.ProcessorCount);
            using Checkpoint checkpoint = BenchOptions.OpenWeights(parsed.GetValue(shape), parsed.GetValue(model));
            using TrainingBenchmark benchmark = new(context, checkpoint, settings);
            MachineLimits before = MachineLimits.Measure(settings.Threads);
            Timing timing = benchmark.Measure(parsed.GetValue(repetitions) ?? DefaultTrainingSteps);
            MachineLimits limits = MachineLimits.Best(before, MachineLimits.Measure(settings.Threads));
            if (parsed.GetValue(json))
                TrainingBenchmarkOutput.WriteJson(context, benchmark, limits, timing);
            else
                TrainingBenchmarkOutput.Show(context, benchmark, limits, timing);
            return ExitCode.Done;
        });
        return command;
    }

    private static Option<int?> Context() => Opt.Whole("--context", "N", $"tokens in the cache before (default: {DefaultContext})", least: 1);

    private static Option<int?> Repetitions() => Opt.Whole("--repetitions", "N", "measured passes (default: about a second of them)", least: 1);
}
