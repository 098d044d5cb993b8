using System.CommandLine;
using System.Globalization;
using Tidar.Cli.Hosting;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Sampling;
using Tidar.Decoding.Strategies.Denoising;
using Tidar.Decoding.Strategies.Speculative;

namespace Tidar.Cli.Options;

/// <summary>The options of <c>generate</c> that say how tokens are decided and when the text ends.</summary>
internal sealed class GenerationOptionSet
{
    private readonly Option<string?> _strategy = Opt.Choice(
        "--strategy",
        "tidar, ar, draft-model and prompt-lookup give the same text, the diffusions their own (default: what the model was trained for)",
        "auto",
        "tidar",
        "ar",
        "draft-model",
        "prompt-lookup",
        "block-diffusion",
        "masked-diffusion");

    private readonly Option<string?> _mode = Opt.Choice(
        "--mode",
        "TiDAR's step: all outcomes drafted in the verifying pass, none, or those of --outcomes (auto: sparse with --outcomes, else fused)",
        "auto",
        "fused",
        "two-pass",
        "sparse");

    private readonly Option<int[]?> _outcomes = Opt.WholeList("--outcomes", "1,4,8", "outcomes of a verification to draft beforehand (mode sparse)", least: 1);
    private readonly Option<int?> _branches = Opt.Whole(
        "--branches", "N", "most rows of a pass for verifying alternatives to the draft's tokens (default: the planner's choice in mode auto, else 0)", least: 0);

    private readonly Option<int?> _draftLength = Opt.Whole("--draft-length", "K", "tokens of a draft (default: as trained; draft-model 4, prompt-lookup 8)", least: 1);
    private readonly Option<int?> _ngram = Opt.Whole("--ngram", "N", "prompt-lookup: most tokens of the text's end to look for further back (default: 3)", least: 1);
    private readonly Option<string?> _acceptance = Opt.Choice(
        "--acceptance",
        "draft-model, prompt-lookup: a drafted token is accepted when it is the seed's own, or by the textbook's min(1, p/q), which gives another sample (default: exact)",
        "exact",
        "textbook");

    private readonly Option<int?> _maskToken = Opt.Whole("--mask-token", "ID", "mask token, for a model without a TiDAR record", least: 0);
    private readonly Option<double?> _beta = Opt.Number(
        "--beta", "B", "AR half's share in the targets; below 1 the text is not the AR model's", "a number from 0 to 1", static b => b is >= 0 and <= 1);

    private readonly Option<bool> _noSelector = Opt.Flag("--no-selector", "every slot of a draft takes its likeliest token, although there is a path selector");
    private readonly Option<int?> _maxTokens = Opt.Whole("--max-tokens", "N", "most tokens to generate (default: 256)", least: 1);
    private readonly Option<string[]> _stop = Opt.Texts("--stop", "TEXT", "text that ends the generation, not shown; may be repeated");
    private readonly Option<bool> _ignoreEos = Opt.Flag("--ignore-eos", "go on after end-of-sequence tokens");
    private readonly Option<double?> _temperature = Opt.Number("--temperature", "T", "0 is greedy (default: 0)", "a number from 0 up", static t => t >= 0);
    private readonly Option<int?> _topK = Opt.Whole("--top-k", "N", "keep the N most likely tokens; 0 keeps all", least: 0);
    private readonly Option<double?> _topP = Opt.Number(
        "--top-p", "P", "keep the most likely tokens that reach this probability", "a number above 0, up to 1", static p => p is > 0 and <= 1);

    private readonly Option<double?> _minP = Opt.Number(
        "--min-p", "P", "keep tokens at least this fraction as likely as the best", "a number from 0 to 1", static p => p is >= 0 and <= 1);

    private readonly Option<double?> _repetition = Opt.Number(
        "--repetition-penalty", "R", "divides logits of tokens that occurred (1: off)", "a number above 0", static r => r > 0);

    private readonly Option<double?> _presence = Opt.Number(
        "--presence-penalty", "P", "subtracted from logits of generated tokens", "a number", static _ => true);

    private readonly Option<double?> _frequency = Opt.Number(
        "--frequency-penalty", "F", "subtracted once for each time a token was generated", "a number", static _ => true);

    private readonly Option<string[]> _logitBias = Opt.Texts("--logit-bias", "ID=BIAS", "added to the logit of a token; may be repeated");
    private readonly Option<int?> _logProbabilities = Opt.Whole(
        "--logprobs", "N", "report log-probabilities of the tokens and of the N most likely ones", least: 0);

    private readonly Option<int?> _blockLength = Opt.Whole("--block-length", "B", "diffusion strategies: tokens of a block (default: the model's own, or the whole answer)", least: 1);
    private readonly Option<int?> _steps = Opt.Whole("--steps", "N", "diffusion strategies: denoising steps of the whole answer (default: one a token)", least: 1);
    private readonly Option<string?> _order = Opt.Choice(
        "--order", "diffusion strategies: which tokens are decided first (default: confidence)", "confidence", "margin", "entropy", "random", "origin", "left-to-right");

    private readonly Option<double?> _threshold = Opt.Number(
        "--threshold", "P", "diffusion strategies: decide every token whose score exceeds P, and at least one", "a number from 0 to 1", static p => p is >= 0 and <= 1);

    private readonly Option<double?> _guidance = Opt.Number(
        "--guidance", "SCALE", "masked diffusion: classifier-free guidance (0: none)", "a number from 0", static g => g >= 0);

    private readonly Option<bool> _trace = Opt.Flag("--trace", "report what every step drafted and accepted");

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="reports">Whether it can report log-probabilities and steps.</param>
    /// <param name="chooses">Whether the user chooses the way of decoding; otherwise the command does.</param>
    public void AddTo(Command command, bool reports = true, bool chooses = true)
    {
        Option[] options =
        [
            _strategy, _mode, _outcomes, _branches, _draftLength, _ngram, _acceptance, _maskToken, _beta, _noSelector, _blockLength, _steps, _order, _threshold, _guidance, _maxTokens, _stop,
            _ignoreEos, _temperature, _topK, _topP, _minP,
            _repetition, _presence, _frequency, _logitBias,
        ];
        Option[] reporting = [_logProbabilities, _trace];
        Option[] choosing = [_strategy, _mode, _outcomes, _beta, _blockLength, _steps, _order, _threshold, _guidance];
        foreach (Option option in (reports ? [.. options, .. reporting] : options).Except(chooses ? [] : choosing))
            command.Options.Add(option);
    }

    /// <summary>The options as the engine takes them; what depends on the model is checked there.</summary>
    /// <exception cref="CommandLineException">A bias is not of the form ID=BIAS, or an option of TiDAR's steps stands beside another strategy.</exception>
    public GenerationOptions Read(ParseResult parsed, ulong seed) => new()
    {
        Strategy = ReadStrategy(parsed),
        Mode = DecodingNames.ParseMode(parsed.GetValue(_mode) ?? DecodingNames.Of(TidarMode.Auto)),
        Outcomes = parsed.GetValue(_outcomes) is { Length: > 0 } outcomes ? outcomes : null,
        Branches = parsed.GetValue(_branches),
        DraftLength = parsed.GetValue(_draftLength),
        MaskTokenId = parsed.GetValue(_maskToken),
        Beta = parsed.GetValue(_beta) ?? 1,
        Denoising = new DenoisingOptions
        {
            BlockLength = parsed.GetValue(_blockLength),
            Steps = parsed.GetValue(_steps),
            Order = DecodingNames.ParseOrder(parsed.GetValue(_order) ?? DecodingNames.Of(RevealOrder.Confidence)),
            Threshold = parsed.GetValue(_threshold),
            Guidance = parsed.GetValue(_guidance) ?? 0,
        },
        Speculation = new SpeculativeOptions
        {
            NGram = parsed.GetValue(_ngram),
            Acceptance = DecodingNames.ParseAcceptance(parsed.GetValue(_acceptance) ?? DecodingNames.Of(AcceptanceRule.Exact)),
        },
        PathSelector = !parsed.GetValue(_noSelector),
        MaxTokens = parsed.GetValue(_maxTokens) ?? new GenerationOptions().MaxTokens,
        Stop = parsed.GetValue(_stop) ?? [],
        IgnoreEos = parsed.GetValue(_ignoreEos),
        LogProbabilities = parsed.GetValue(_logProbabilities),
        Trace = parsed.GetValue(_trace),
        Sampling = new SamplingOptions
        {
            Temperature = (float)(parsed.GetValue(_temperature) ?? 0),
            TopK = parsed.GetValue(_topK) ?? 0,
            TopP = (float)(parsed.GetValue(_topP) ?? 1),
            MinP = (float)(parsed.GetValue(_minP) ?? 0),
            RepetitionPenalty = (float)(parsed.GetValue(_repetition) ?? 1),
            PresencePenalty = (float)(parsed.GetValue(_presence) ?? 0),
            FrequencyPenalty = (float)(parsed.GetValue(_frequency) ?? 0),
            LogitBias = ReadBias(parsed.GetValue(_logitBias) ?? []),
            Seed = unchecked((long)seed),
        },
    };

    private StrategyKind ReadStrategy(ParseResult parsed)
    {
        StrategyKind strategy = DecodingNames.ParseStrategy(parsed.GetValue(_strategy) ?? DecodingNames.Of(StrategyKind.Auto));
        if (strategy is StrategyKind.Auto or StrategyKind.Tidar)
            return strategy;
        foreach (Option option in new Option[] { _mode, _outcomes, _branches, _beta })
        {
            if (parsed.GetResult(option) is { Implicit: false })
                throw new CommandLineException($"{option.Name}: expected --strategy tidar, found {DecodingNames.Of(strategy)}");
        }

        return strategy;
    }

    private static Dictionary<int, float>? ReadBias(string[] entries)
    {
        if (entries.Length == 0)
            return null;
        Dictionary<int, float> bias = [];
        foreach (string entry in entries)
        {
            int sign = entry.IndexOf('=', StringComparison.Ordinal);
            if (sign < 0
                || !int.TryParse(entry.AsSpan(0, sign), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                || !float.TryParse(entry.AsSpan(sign + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out float value)
                || !float.IsFinite(value))
                throw new CommandLineException($"tidar generate: --logit-bias: expected ID=BIAS, such as 17=-2.5, found {entry}");
            bias[id] = value;
        }

        return bias;
    }
}
