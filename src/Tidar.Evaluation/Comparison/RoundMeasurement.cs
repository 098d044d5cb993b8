namespace Tidar.Evaluation.Comparison;

/// <summary>All texts decoded by one way, once. Times are wall-clock seconds.</summary>
public sealed record RoundMeasurement
{
    /// <summary>Texts.</summary>
    public required int Texts { get; init; }

    /// <summary>Tokens of all texts.</summary>
    public required int Tokens { get; init; }

    /// <summary>Passes of all texts, each text's prompt being one (as everywhere in this project).</summary>
    public required int Passes { get; init; }

    /// <summary>Tokens said while <see cref="DecodeSeconds"/> ran.</summary>
    public required int DecodedTokens { get; init; }

    /// <summary>Forward passes behind the prompts; texts of a batch share them.</summary>
    public required long EnginePasses { get; init; }

    /// <summary>Texts in a pass, on average: fewer than the batch, since texts end at different times.</summary>
    public required double TextsPerPass { get; init; }

    /// <summary>Seconds until the prompts of a group were in: median over the groups.</summary>
    public required double PrefillSeconds { get; init; }

    /// <summary>Seconds until a text's first token was there: median over the texts. A drafting way says it with its second pass.</summary>
    public required double FirstTokenSeconds { get; init; }

    /// <summary>Seconds behind the prompts, summed over the groups.</summary>
    public required double DecodeSeconds { get; init; }

    /// <summary>Part of them inside the model: forward passes and the logits asked of them.</summary>
    public required double ModelSeconds { get; init; }

    /// <summary>How often each slot of a draft was checked; slot 0 is the decided token. Empty for ways that draft nothing.</summary>
    public required IReadOnlyList<long> Drafted { get; init; }

    /// <summary>How often each slot was right with all before it.</summary>
    public required IReadOnlyList<long> Accepted { get; init; }

    /// <summary>Tokens by seconds behind the prompts; NaN where no pass was needed there.</summary>
    public double TokensPerSecond => EnginePasses > 0 ? DecodedTokens / DecodeSeconds : double.NaN;

    /// <summary>Tokens a pass, prompts counted (T/NFE); exactly 1 for the reference.</summary>
    public double TokensPerPass => (double)Tokens / Passes;

    /// <summary>Tokens a pass without the prompts: tokens behind the first of every text by passes behind the prompt's. NaN where one pass did it all.</summary>
    public double TokensPerPassBehindPrompt => Passes > Texts ? (double)(Tokens - Texts) / (Passes - Texts) : double.NaN;

    /// <summary>Mean seconds of a pass behind the prompts, inside the model.</summary>
    public double PassSeconds => ModelSeconds / EnginePasses;

    /// <summary>Part of the seconds behind the prompts that the model ran; NaN where no pass was needed there.</summary>
    public double ModelShare => EnginePasses > 0 ? ModelSeconds / DecodeSeconds : double.NaN;

    /// <summary>Guesses checked: all slots but the decided one.</summary>
    public long Guessed => Drafted.Skip(1).Sum();

    /// <summary>Guesses that were right.</summary>
    public long Right => Accepted.Skip(1).Sum();

    internal static RoundMeasurement Of(IReadOnlyList<GroupRun> groups) => new()
    {
        Texts = groups.Sum(static g => g.Ids.Count),
        Tokens = groups.Sum(static g => g.Ids.Sum(static ids => ids.Length)),
        Passes = groups.Sum(static g => g.Passes),
        DecodedTokens = groups.Sum(static g => g.DecodedTokens),
        EnginePasses = groups.Sum(static g => g.EnginePasses),
        TextsPerPass = (double)groups.Sum(static g => g.TextPasses) / groups.Sum(static g => g.EnginePasses),
        PrefillSeconds = Spread.Of(groups.Select(static g => g.PrefillSeconds)).Median,
        FirstTokenSeconds = Spread.Of(groups.SelectMany(static g => g.FirstTokenSeconds)).Median,
        DecodeSeconds = groups.Sum(static g => g.DecodeSeconds),
        ModelSeconds = groups.Sum(static g => g.ModelSeconds),
        Drafted = Sum(groups.Select(static g => g.Drafted)),
        Accepted = Sum(groups.Select(static g => g.Accepted)),
    };

    private static long[] Sum(IEnumerable<long[]> counts)
    {
        long[] sum = [];
        foreach (long[] row in counts)
        {
            if (sum.Length < row.Length)
                Array.Resize(ref sum, row.Length);
            for (int i = 0; i < row.Length; i++)
                sum[i] += row[i];
        }

        return sum;
    }
}
