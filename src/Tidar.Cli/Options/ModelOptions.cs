using System.CommandLine;
using Tidar.Cli.Hosting;
using Tidar.Cli.Models;
using Tidar.Models;

namespace Tidar.Cli.Options;

/// <summary>The options that every command with a model takes.</summary>
internal sealed class ModelOptions
{
    private readonly Option<string?> _model = Opt.Text(
        "--model", "PATH|NAME", "Hugging Face folder, GGUF file, or a name under models/ (default: the embedded tidar-demo)");

    private readonly Option<string?> _weights = WeightsOption.Create("exactly as stored");
    private readonly Option<int?> _threads = Opt.Threads();
    private readonly Option<ulong> _seed = Opt.Seed("--seed", "seed of sampling: equal seeds give equal text (default: 0)");
    private readonly Option<bool> _json = Opt.Json();

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _model, _weights, _threads, _seed, _json })
            command.Options.Add(option);
    }

    /// <summary>Opens the model that the options name.</summary>
    /// <exception cref="InvalidInputException">There is no such model, or it is malformed.</exception>
    public LoadedModel Open(ParseResult parsed, CommandContext context) => LoadedModel.Open(
        parsed.GetValue(_model), parsed.GetValue(_threads) ?? Environment.ProcessorCount, WeightsOption.Format(parsed.GetValue(_weights)), context);

    /// <summary>Seed of the first prompt.</summary>
    public ulong Seed(ParseResult parsed) => parsed.GetValue(_seed);

    /// <summary>Whether standard output holds JSON only.</summary>
    public bool Json(ParseResult parsed) => parsed.GetValue(_json);
}
