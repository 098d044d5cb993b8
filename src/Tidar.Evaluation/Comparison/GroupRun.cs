namespace Tidar.Evaluation.Comparison;

/// <summary>Some texts decoded together, once, by one way. "Decoding" begins when the last prompt is in.</summary>
internal sealed record GroupRun
{
    /// <summary>Tokens of every text.</summary>
    public required IReadOnlyList<int[]> Ids { get; init; }

    /// <summary>Passes of all texts, each text's prompt being one.</summary>
    public required int Passes { get; init; }

    /// <summary>Tokens to divide by <see cref="DecodeSeconds"/>: all but what texts with shorter prompts said before decoding began, behind their first pass.</summary>
    public required int DecodedTokens { get; init; }

    /// <summary>Forward passes of the engine while decoding; texts share them.</summary>
    public required long EnginePasses { get; init; }

    /// <summary>How many texts took part in those, summed over them.</summary>
    public required int TextPasses { get; init; }

    /// <summary>Wall-clock seconds until the last prompt was in.</summary>
    public required double PrefillSeconds { get; init; }

    /// <summary>Wall-clock seconds until each text had its first token.</summary>
    public required IReadOnlyList<double> FirstTokenSeconds { get; init; }

    /// <summary>Wall-clock seconds of decoding.</summary>
    public required double DecodeSeconds { get; init; }

    /// <summary>Part of <see cref="DecodeSeconds"/> inside the model.</summary>
    public required double ModelSeconds { get; init; }

    /// <summary>How often each slot of a draft was checked.</summary>
    public required long[] Drafted { get; init; }

    /// <summary>How often each slot was right with all before it.</summary>
    public required long[] Accepted { get; init; }
}
