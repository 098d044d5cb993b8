using System.CommandLine;
using Tidar.Cli.Benchmarks;
using Tidar.Cli.Hosting;
using Tidar.Cli.Models;
using Tidar.Evaluation.Benchmarks;
using Tidar.Kernels.Matrices;
using Tidar.Models;
using Tidar.Models.Configuration;
using Tidar.Models.Weights;

namespace Tidar.Cli.Options;

/// <summary>The options of benchmarks that run a model: a named shape with random weights, or a model of its own.</summary>
internal sealed class BenchOptions
{
    private const int WeightSeed = 1;

    private readonly Option<string?> _shape = Opt.Choice("--shape", "shape of a published model, with random weights", [.. NamedShapes.ByName.Keys]);
    private readonly Option<string?> _model = Opt.Text("--model", "PATH|NAME", "Hugging Face folder, GGUF file, or a name under models/");
    private readonly Option<string?> _adapter = Opt.Adapter();
    private readonly Option<string?> _weights = WeightsOption.Create("int8");
    private readonly Option<int?> _threads = Opt.Threads();
    private readonly Option<bool> _json = Opt.Json();

    /// <summary>Measures work of a model.</summary>
    public delegate IEnumerable<BenchmarkRow> Work(ModelBenchmark benchmark);

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _shape, _model, _adapter, _weights, _threads, _json })
            command.Options.Add(option);
    }

    /// <summary>Loads the model, measures <paramref name="work"/> beside the machine's limits, and writes the result.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="context">Where to.</param>
    /// <param name="positions">The longest sequence that the work needs.</param>
    /// <param name="settings">What else was asked for, for the result: names and numbers.</param>
    /// <param name="work">What to measure.</param>
    /// <exception cref="InvalidInputException">There is no such model, it is malformed, or its context is too short.</exception>
    public int Run(ParseResult parsed, CommandContext context, int positions, IReadOnlyList<(string Name, int Value)> settings, Work work)
    {
        WeightFormat format = WeightsOption.Format(parsed.GetValue(_weights)) ?? WeightFormat.Int8;
        int threads = parsed.GetValue(_threads) ?? Environment.ProcessorCount;
        using LoadedModel model = Open(parsed, threads, format, context);
        if (positions > model.Config.MaxPositions)
            throw new InvalidInputException("tidar bench", null, $"at most {model.Config.MaxPositions} tokens (the model's context)", $"{positions}");
        BenchmarkReport report = new(
            parsed.GetValue(_shape) ?? parsed.GetValue(_model)!, WeightsOption.NameOf(format), model.ParameterCount, model.Transformer.WeightBytes, settings);
        using Meter meter = new(threads, context.Cancellation);
        List<BenchmarkRow> measured = [.. work(new ModelBenchmark(model.Transformer, meter, context.Cancellation))];
        MachineLimits limits = meter.Finish();
        List<BenchmarkRow> rows = [.. measured.Select(r => r.Beside(limits, format))];
        if (parsed.GetValue(_json))
            BenchmarkOutput.WriteJson(context, report, limits, limits.LinearPeak(format), rows);
        else
            BenchmarkOutput.Show(context, report, limits, rows);
        return ExitCode.Done;
    }

    /// <summary>The weights that a benchmark runs with: random ones of a named shape, or those of a model.</summary>
    /// <exception cref="CommandLineException">Both were named, or neither.</exception>
    /// <exception cref="InvalidInputException">There is no such model, or it is malformed.</exception>
    public static Checkpoint OpenWeights(string? shape, string? model)
    {
        if (shape is null == model is null)
            throw new CommandLineException($"tidar bench: expected one of --shape and --model, found {(shape is null ? "neither" : "both")}");
        if (shape is null)
            return Checkpoint.Open(ModelLocator.Find(model));
        ModelConfig config = NamedShapes.ByName[shape];
        return Checkpoint.InMemory(config, [.. DecoderLayout.Tensors(config).Select(static t => new RandomTensor(t.Name, t.Shape, WeightSeed))]);
    }

    private LoadedModel Open(ParseResult parsed, int threads, WeightFormat format, CommandContext context) =>
        new(OpenWeights(parsed.GetValue(_shape), parsed.GetValue(_model)), threads, format, context, parsed.GetValue(_adapter));
}
