using Tidar.Models;

namespace Tidar.Decoding.Sampling;

/// <summary>How a token is chosen from a row of logits. The default is greedy: the largest logit, the lowest id among equals.</summary>
/// <remarks>
/// One pipeline serves every strategy, in this order: mask token removed; repetition, presence and frequency penalties; logit bias; temperature; top-k;
/// top-p; min-p. Penalties are meant as in Hugging Face transformers and vLLM: repetition counts prompt and generated tokens, presence and frequency count
/// generated tokens only.
/// </remarks>
public sealed record SamplingOptions
{
    private const string Source = "sampling options";

    /// <summary>Greedy decoding without penalties.</summary>
    public static SamplingOptions Greedy { get; } = new();

    /// <summary>Logits are divided by this; 0 is greedy.</summary>
    public float Temperature { get; init; }

    /// <summary>Only the k most likely tokens survive; 0 keeps all.</summary>
    public int TopK { get; init; }

    /// <summary>Only the smallest set of most likely tokens whose probability reaches this survives (Holtzman et al., arXiv 1904.09751); 1 keeps all.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Only tokens at least this fraction as likely as the most likely one survive (arXiv 2407.01082); 0 keeps all.</summary>
    public float MinP { get; init; }

    /// <summary>Positive logits of tokens that occurred are divided by this, negative ones multiplied (CTRL, arXiv 1909.05858); 1 changes nothing.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Subtracted from the logit of every token already generated; 0 changes nothing.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Subtracted once for each time the token was generated; 0 changes nothing.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Added to the logits of single tokens.</summary>
    public IReadOnlyDictionary<int, float>? LogitBias { get; init; }

    /// <summary>Equal seeds give equal text, by any strategy, draft length and batch.</summary>
    public long Seed { get; init; }

    /// <summary>The largest logit wins; no noise.</summary>
    public bool IsGreedy => Temperature == 0;

    /// <summary>Whether the tokens seen so far change the choice.</summary>
    public bool UsesHistory => RepetitionPenalty != 1 || PresencePenalty != 0 || FrequencyPenalty != 0;

    /// <summary>Checks every value.</summary>
    /// <exception cref="InvalidInputException">A value is out of its range.</exception>
    public void Validate(int vocabularySize)
    {
        Require(Temperature >= 0 && float.IsFinite(Temperature), "temperature", "a number from 0 up", Temperature);
        Require(TopK >= 0, "top-k", "a number from 0 (keep all) up", TopK);
        Require(TopP is > 0 and <= 1, "top-p", "a number above 0, up to 1", TopP);
        Require(MinP is >= 0 and <= 1, "min-p", "a number from 0 to 1", MinP);
        Require(RepetitionPenalty > 0 && float.IsFinite(RepetitionPenalty), "repetition penalty", "a number above 0", RepetitionPenalty);
        Require(float.IsFinite(PresencePenalty), "presence penalty", "a number", PresencePenalty);
        Require(float.IsFinite(FrequencyPenalty), "frequency penalty", "a number", FrequencyPenalty);
        foreach ((int token, float bias) in LogitBias ?? new Dictionary<int, float>())
        {
            Require((uint)token < (uint)vocabularySize, "logit bias", $"token ids from 0 to {vocabularySize - 1}", token);
            Require(float.IsFinite(bias), "logit bias", $"a number for token {token}", bias);
        }
    }

    private static void Require(bool holds, string field, string expected, float found)
    {
        if (!holds)
            throw new InvalidInputException(Source, field, expected, $"{found}");
    }
}
