using System.Numerics;
using Tidar.Kernels.Randomness;

namespace Tidar.Decoding.Sampling;

/// <summary>
/// Standard Gumbel noise that belongs to (seed, position, token) and to nothing else: whoever decides a position, by whatever strategy and in whatever
/// pass, sees the same noise, so argmax(log p + g) is an exact sample of p and the same token for all (drafter-invariant decoding, arXiv 2408.07978).
/// </summary>
internal readonly struct GumbelNoise
{
    // The largest value: u is at most 1 - 2^-53.
    private const double Highest = 36.8;

    private const long StreamStride = 0x1E3779B97F4A7C15;

    // A token id that no vocabulary has: lots must not be the noise of a token.
    private const int LotToken = -1;

    private readonly ulong _key;

    /// <summary>The noise of one position.</summary>
    public GumbelNoise(long seed, long position) => _key = BitMixer.Moremur(BitMixer.Moremur((ulong)seed + 0x9E3779B97F4A7C15) ^ ((ulong)position * 0xD6E8FEB86659FD93));

    /// <summary>A number in (0, 1), independent of the noise of every token.</summary>
    public double Lot => ToUnit(Bits(LotToken));

    /// <summary>Noise of the position that is independent of what texts' tokens are chosen with; there is one for every <paramref name="stream"/> from 1 up.</summary>
    public static GumbelNoise OfStream(long seed, long stream, long position) => new(unchecked(seed + (stream * StreamStride)), position);

    /// <summary>g = -ln(-ln u), u uniform in (0, 1).</summary>
    public double Of(int token) => FromBits(Bits(token));

    /// <summary>The 64 random bits behind the noise of a token.</summary>
    public ulong Bits(int token) => BitMixer.Moremur(_key + ((ulong)token * 0xA0761D6478BD642F));

    /// <summary>The noise that <see cref="Bits"/> stand for.</summary>
    public static double FromBits(ulong bits) => -DeterministicMath.Log(-DeterministicMath.Log(ToUnit(bits)));

    /// <summary>The uniform number that <see cref="Bits"/> stand for: 52 bits and a half, never 0, never 1.</summary>
    public static double ToUnit(ulong bits) => ((bits >> 12) + 0.5) * (1.0 / (1L << 52));

    /// <summary>Never below <see cref="FromBits"/>, and hundreds of times cheaper: from -ln u ≥ 1 - u and the leading bits of 1 - u.</summary>
    public static double Bound(ulong bits)
    {
        const double Ln2 = 0.6931471805599454;
        return Math.Min((BitOperations.LeadingZeroCount(~bits) + 1) * Ln2, Highest);
    }
}
