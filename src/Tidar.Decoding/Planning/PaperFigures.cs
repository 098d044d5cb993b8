namespace Tidar.Decoding.Planning;

/// <summary>
/// What the TiDAR paper (arXiv 2511.08923) and its serving code report for one H100, batch 1, 1.5B: a step over 272 slots costs 2.0 to 2.15 autoregressive steps, and the tokens a pass by K.
/// Between the two points of the cost curve a straight line is assumed, and one chance for all slots of a K.
/// </summary>
public static class PaperFigures
{
    // Autoregressive steps; the middle of what is reported.
    private const double FusedStep = 2.08;
    private const int FusedSlots = 272;

    // The steps include their logits.
    private const double Nothing = 1e-9;

    private static readonly Dictionary<int, double> TokensPerPass = new() { [4] = 3.51, [8] = 5.69, [16] = 7.35 };

    /// <summary>Costs in units of an autoregressive step.</summary>
    public static PassCosts Costs { get; } = CreateCosts();

    /// <summary>The draft lengths that the paper reports.</summary>
    public static IReadOnlyList<int> DraftLengths { get; } = [.. TokensPerPass.Keys.Order()];

    /// <summary>Acceptance of a model trained with one of <see cref="DraftLengths"/>.</summary>
    public static KnownAcceptance Acceptance(int draftLength) => KnownAcceptance.OfTokens(draftLength, TokensPerPass[draftLength]);

    private static PassCosts CreateCosts()
    {
        // A pass over one clean row and so many masks has one row more.
        CostCurve clean = new([1, FusedSlots], [1, FusedStep]), masked = new([1, FusedSlots - 1], [clean.At(2), FusedStep]);
        return new PassCosts([new ContextCosts(1, clean, masked)], new CostCurve([1], [Nothing]));
    }
}
