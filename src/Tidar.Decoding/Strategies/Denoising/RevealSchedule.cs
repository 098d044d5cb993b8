namespace Tidar.Decoding.Strategies.Denoising;

/// <summary>How many tokens of a block each of its denoising steps decides.</summary>
/// <param name="steps">Steps of the block.</param>
/// <param name="shrinking">
/// Dream's schedule: the noise level falls evenly from 1 to almost 0 and a step decides the whole part of its share of what is still unknown, the last one all of it. Otherwise LLaDA's: an
/// equal number each, one more in the first steps where it does not come out even.
/// </param>
/// <param name="lastLevel">Noise level of the last step in Dream's schedule.</param>
internal sealed class RevealSchedule(int steps, bool shrinking, double lastLevel)
{
    /// <summary>Steps of a block.</summary>
    public int Steps => steps;

    /// <summary>Tokens that step <paramref name="step"/> decides.</summary>
    /// <param name="step">Step of the block, from 0.</param>
    /// <param name="total">Unknown tokens at the block's beginning.</param>
    /// <param name="unknown">Unknown tokens now.</param>
    public int Count(int step, int total, int unknown)
    {
        if (step >= steps - 1)
            return unknown;
        return shrinking ? (int)(unknown * Share(step)) : Math.Min(unknown, (total / steps) + (step < total % steps ? 1 : 0));
    }

    /// <summary>Probability with which an unknown token is decided in step <paramref name="step"/> where each is decided by itself; 1 in the last.</summary>
    public double Share(int step) => step >= steps - 1 ? 1 : 1 - (Level(step + 1) / Level(step));

    private double Level(int step) => 1 + ((lastLevel - 1) * step / steps);
}
