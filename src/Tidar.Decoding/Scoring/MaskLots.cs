using Tidar.Kernels.Randomness;

namespace Tidar.Decoding.Scoring;

/// <summary>
/// Draws which tokens of a text or block are masked, as LLaDA's likelihood does: a number of them uniform over 1 … L, then every set of that many with equal chance. In
/// a group of n samples the numbers are spread: sample i has i·L/n more than the first, around the circle of 1 … L. (LLaDA's code rounds i·L/n together with the first
/// number, half to even, by which some come up more often: with L = 2 in a batch of 4, three of four samples mask both. The floor used here leaves all equally likely.)
/// The lots belong to (seed, stream, group, sample) and to nothing else.
/// </summary>
/// <param name="seed">The seed.</param>
/// <param name="stream">Texts or blocks that shall have lots of their own have streams of their own.</param>
/// <param name="length">L, at least 1.</param>
internal readonly struct MaskLots(long seed, int stream, int length)
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    private readonly ulong _key = BitMixer.Moremur(BitMixer.Moremur((ulong)seed + Step) ^ (ulong)stream);

    /// <summary>The masked places of a sample, ascending.</summary>
    /// <param name="group">The sample's group.</param>
    /// <param name="index">Its index there.</param>
    /// <param name="size">Samples of the group.</param>
    public int[] Draw(int group, int index, int size)
    {
        ulong key = BitMixer.Moremur(_key ^ ((ulong)(group + 1) << 32));
        int count = 1 + ((Below(key, 0, length) + (int)((long)index * length / size)) % length);
        ulong own = BitMixer.Moremur(key ^ (ulong)(index + 1));
        int[] places = [.. Enumerable.Range(0, length)];
        for (int i = 0; i < count; i++)
        {
            int other = i + Below(own, i, length - i);
            (places[i], places[other]) = (places[other], places[i]);
        }

        int[] masked = places[..count];
        Array.Sort(masked);
        return masked;
    }

    // The n-th number of a key's sequence, in [0, bound); the bias is below bound / 2^64.
    private static int Below(ulong key, int n, int bound) => (int)Math.BigMul(BitMixer.SplitMix(key + ((ulong)(n + 1) * Step)), (ulong)bound, out _);
}
