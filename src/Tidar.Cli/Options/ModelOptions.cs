using System.CommandLine;
using Tidar.Cli.Hosting;
using Tidar.Cli.Models;
using Tidar.Kernels.Matrices;
using Tidar.Models;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;

namespace Tidar.Cli.Options;

/// <summary>The options that every command with a model takes.</summary>
/// <param name="exact">Whether weights keep their exact values by default: for commands that measure a model. Others take the fastest format that suits it.</param>
internal sealed class ModelOptions(bool exact)
{
    private readonly Option<string?> _model = Opt.Text(
        "--model", "PATH|NAME", "Hugging Face folder, GGUF file, or a name under models/ (default: the embedded tidar-demo)");

    private readonly Option<string?> _adapter = Opt.Adapter();
    private readonly Option<string?> _weights = WeightsOption.Create(
        exact ? "exactly as stored" : "int8; int4 for a 4-bit file; exactly as stored below a million parameters");

    private readonly Option<int?> _threads = Opt.Threads();
    private readonly Option<ulong> _seed = Opt.Seed("--seed", "seed of sampling: equal seeds give equal text (default: 0)");
    private readonly Option<bool> _json = Opt.Json();

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _model, _adapter, _weights, _threads, _seed, _json })
            command.Options.Add(option);
    }

    /// <summary>Opens the model that the options name.</summary>
    /// <exception cref="InvalidInputException">There is no such model, or it is malformed.</exception>
    public LoadedModel Open(ParseResult parsed, CommandContext context)
    {
        Checkpoint checkpoint = Checkpoint.Open(ModelLocator.Find(parsed.GetValue(_model)));
        WeightFormat? format = WeightsOption.Format(parsed.GetValue(_weights)) ?? (exact ? null : Transformer.FastFormat(checkpoint));
        return new LoadedModel(checkpoint, parsed.GetValue(_threads) ?? Environment.ProcessorCount, format, context, parsed.GetValue(_adapter));
    }

    /// <summary>What <c>--model</c> names; null for nothing.</summary>
    public string? Name(ParseResult parsed) => parsed.GetValue(_model);

    /// <summary>What <c>--adapter</c> names; null for nothing.</summary>
    public string? Adapter(ParseResult parsed) => parsed.GetValue(_adapter);

    /// <summary>The format that <c>--weights</c> names; null for none.</summary>
    public WeightFormat? Weights(ParseResult parsed) => WeightsOption.Format(parsed.GetValue(_weights));

    /// <summary>Threads that <c>--threads</c> asks for; null for all processors.</summary>
    public int? Threads(ParseResult parsed) => parsed.GetValue(_threads);

    /// <summary>Seed of the first prompt.</summary>
    public ulong Seed(ParseResult parsed) => parsed.GetValue(_seed);

    /// <summary>Whether standard output holds JSON only.</summary>
    public bool Json(ParseResult parsed) => parsed.GetValue(_json);
}
