using Tidar.Decoding.Sequences;
using Tidar.Decoding.Strategies;
using Tidar.Decoding.Strategies.Speculative;
using Tidar.Models;
using Tidar.Models.Configuration;
using Tidar.Models.Transformers;

namespace Tidar.Decoding.Engine;

/// <summary>Options of the strategies draft-model and prompt-lookup, resolved and checked.</summary>
internal sealed class SpeculationPlan
{
    /// <summary>Largest n-gram to look for.</summary>
    public const int LongestNGram = 64;

    private const string Source = "decoding options";
    private const int DefaultNGram = 3;

    // A draft model's tokens cost a pass each, those of a lookup a row.
    private const int DefaultModelDraft = 4;
    private const int DefaultLookupDraft = 8;

    private readonly GenerationOptions _options;
    private readonly ModelConfig? _draft;

    /// <summary>Resolves and checks.</summary>
    /// <param name="options">The options.</param>
    /// <param name="strategy">One of the two.</param>
    /// <param name="draft">The draft model; null where there is none.</param>
    /// <param name="warnings">Receives what the user should know.</param>
    /// <exception cref="InvalidInputException">An option is out of its range, or there is no draft model.</exception>
    public SpeculationPlan(GenerationOptions options, StrategyKind strategy, ModelConfig? draft, List<string> warnings)
    {
        _options = options;
        bool usesModel = strategy == StrategyKind.DraftModel;
        DraftLength = options.DraftLength ?? (usesModel ? DefaultModelDraft : DefaultLookupDraft);
        NGram = options.Speculation.NGram ?? DefaultNGram;
        Require(DraftLength is >= 1 and <= DecodingPlan.LongestDraft, "draft length", $"1 to {DecodingPlan.LongestDraft}", DraftLength);
        Require(NGram is >= 1 and <= LongestNGram, "n-gram", $"1 to {LongestNGram}", NGram);
        if (!usesModel)
            return;
        Require(options.Speculation.NGram is null, "n-gram", "strategy prompt-lookup, which alone has it", DecodingNames.Of(strategy));
        _draft = draft ?? throw new InvalidInputException(Source, "strategy", "a draft model for strategy draft-model", "none");
        if (draft.Diffusion is not null)
            warnings.Add("the draft model was trained for diffusion: its drafts will rarely be right");
    }

    /// <summary>K: most tokens of a draft.</summary>
    public int DraftLength { get; }

    /// <summary>Most tokens that a lookup searches for.</summary>
    public int NGram { get; }

    /// <summary>When a drafted token is accepted.</summary>
    public AcceptanceRule Rule => _options.Speculation.Acceptance;

    // Greedy choices leave the textbook rule nothing to toss.
    private bool Tosses => Rule == AcceptanceRule.Textbook && !_options.Sampling.IsGreedy;

    /// <summary>What to say where the draft model's context ends before a text with so long a prompt may; null where it does not.</summary>
    public string? ContextWarning(int promptLength, int contextLength)
    {
        // The last token but one is the last that a draft can have, and the row before it is the last that the draft model runs.
        long end = Math.Min(contextLength, (long)promptLength + _options.MaxTokens);
        return _draft is not null && _draft.MaxPositions < end - 2
            ? $"the draft model's context has {_draft.MaxPositions} tokens: behind them there are no drafts"
            : null;
    }

    /// <summary>Creates what drafts for a sequence.</summary>
    public IDrafter CreateDrafter(TokenSequence sequence, ILanguageModel? draft) => _draft is null
        ? new NGramDrafter(sequence, NGram, DraftLength)
        : new ModelDrafter(sequence, draft!, DraftLength, Tosses);

    /// <summary>Creates the strategy of a sequence.</summary>
    public IDecodingStrategy CreateStrategy(TokenSequence sequence, IDrafter drafter) =>
        new SpeculativeStrategy(sequence, drafter, Tosses ? AcceptanceRule.Textbook : AcceptanceRule.Exact);

    private static void Require(bool holds, string field, string expected, object? found)
    {
        if (!holds)
            throw new InvalidInputException(Source, field, expected, $"{found}");
    }
}
