namespace Tidar.Training.Data.Synthetic;

/// <summary>
/// The text of the embedded demo model: all kinds mixed, endless, the same on every platform for a seed. Held-out prompts never
/// occur in the training half (<see cref="PromptSplit"/>).
/// </summary>
public static class DemoCorpus
{
    // Documents in a hundred.
    private static readonly (DemoKind Kind, int Weight)[] Mixture =
        [(DemoKind.WordProblem, 56), (DemoKind.Arithmetic, 8), (DemoKind.Story, 12), (DemoKind.Spelling, 14), (DemoKind.Code, 10)];

    /// <summary>Documents without end.</summary>
    /// <param name="seed">Decides every draw.</param>
    /// <param name="split">The half of the prompts to draw from.</param>
    public static IEnumerable<TrainingDocument> Generate(ulong seed, CorpusSplit split)
    {
        var random = new SplitMix64(seed);
        while (true)
        {
            DemoExample example = DrawFrom(random, PickKind(random), split);
            yield return new TrainingDocument(example.Prompt, example.Completion);
        }
    }

    /// <summary>Examples of one kind without end; prompts may repeat.</summary>
    /// <param name="kind">What the prompts ask for.</param>
    /// <param name="seed">Decides every draw.</param>
    /// <param name="split">The half of the prompts to draw from.</param>
    public static IEnumerable<DemoExample> Generate(DemoKind kind, ulong seed, CorpusSplit split)
    {
        var random = new SplitMix64(seed);
        while (true)
            yield return DrawFrom(random, kind, split);
    }

    private static DemoExample DrawFrom(SplitMix64 random, DemoKind kind, CorpusSplit split)
    {
        while (true)
        {
            DemoExample example = Draw(random, kind);
            if (PromptSplit.Of(example.Prompt) == split)
                return example;
        }
    }

    private static DemoKind PickKind(SplitMix64 random)
    {
        int point = random.Below(100);
        foreach ((DemoKind kind, int weight) in Mixture)
        {
            point -= weight;
            if (point < 0)
                return kind;
        }

        throw new InvalidOperationException("the weights of the mixture do not add up to 100");
    }

    private static DemoExample Draw(SplitMix64 random, DemoKind kind) => kind switch
    {
        DemoKind.WordProblem => WordProblems.Draw(random),
        DemoKind.Arithmetic => Arithmetic.Draw(random),
        DemoKind.Story => Stories.Draw(random),
        DemoKind.Spelling => Spelling.Draw(random),
        DemoKind.Code => SimpleCode.Draw(random),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
