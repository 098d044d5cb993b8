using System.CommandLine;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Scoring;

namespace Tidar.Cli.Options;

/// <summary>The options of <c>score</c> that say whose likelihood a text is scored by.</summary>
internal sealed class LikelihoodOptionSet
{
    private readonly Option<string?> _method = Opt.Choice(
        "--likelihood",
        "one causal pass (ar, and TiDAR's), or an estimate over masks (default: what the model was trained for)",
        "auto",
        "ar",
        "masked-diffusion",
        "block-diffusion");

    private readonly Option<int?> _samples = Opt.Whole(
        "--samples", "N", $"diffusions: masks drawn for a text, or for each of its blocks (default: {new LikelihoodOptions().Samples})", least: 1);

    private readonly Option<int?> _blockLength = Opt.Whole("--block-length", "B", "block diffusion: tokens of a block (default: the model's own)", least: 1);
    private readonly Option<double?> _guidance = Opt.Number(
        "--guidance", "SCALE", "masked diffusion: classifier-free guidance (0: none)", "a number from 0", static g => g >= 0);

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _method, _samples, _blockLength, _guidance })
            command.Options.Add(option);
    }

    /// <summary>The options as the scorer takes them; what depends on the model is checked there.</summary>
    public LikelihoodOptions Read(ParseResult parsed)
    {
        LikelihoodOptions byDefault = new();
        return byDefault with
        {
            Method = DecodingNames.ParseStrategy(parsed.GetValue(_method) ?? DecodingNames.Of(StrategyKind.Auto)),
            Samples = parsed.GetValue(_samples) ?? byDefault.Samples,
            BlockLength = parsed.GetValue(_blockLength),
            Guidance = parsed.GetValue(_guidance) ?? byDefault.Guidance,
        };
    }
}
