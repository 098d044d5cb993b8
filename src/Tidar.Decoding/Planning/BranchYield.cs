namespace Tidar.Decoding.Planning;

/// <summary>How many tokens branches bring for each that their probabilities promise, learnt while decoding: a selector, or a draft's own logits, may be too sure or not sure enough.</summary>
internal sealed class BranchYield
{
    // Promised tokens after which one counts a third, and how many the first guess is worth.
    private const double Memory = 64;
    private const double Weight = 4;

    private double _promised;
    private double _brought;

    /// <summary>Tokens for each promised one.</summary>
    public double Share => (_brought + Weight) / (_promised + Weight);

    /// <summary>Takes in a verification.</summary>
    public void Record(double promised, int brought)
    {
        double kept = Math.Exp(-promised / Memory);
        _promised = (_promised * kept) + promised;
        _brought = (_brought * kept) + brought;
    }
}
