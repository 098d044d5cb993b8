using Tidar.Kernels.Randomness;

namespace Tidar.Training.Data;

/// <summary>
/// The SplitMix64 generator (Steele, Lea and Flood, OOPSLA 2014): the same draws on every platform and .NET version,
/// which <see cref="Random"/> does not promise.
/// </summary>
/// <param name="seed">The whole state.</param>
internal sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>64 fresh bits.</summary>
    public ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

    /// <summary>A number in [0, <paramref name="bound"/>); the bias is below bound / 2^64.</summary>
    public int Below(int bound) => (int)(((UInt128)Next() * (ulong)bound) >> 64);

    /// <summary>A number in [<paramref name="low"/>, <paramref name="high"/>], both included.</summary>
    public int Between(int low, int high) => low + Below(high - low + 1);

    /// <summary>True in <paramref name="percent"/> of a hundred cases.</summary>
    public bool Chance(int percent) => Below(100) < percent;

    /// <summary>One of the items, all equally likely.</summary>
    public T Pick<T>(params ReadOnlySpan<T> items) => items[Below(items.Length)];

    /// <summary>The generator's output function: a bijection of 64 bits that spreads every input bit.</summary>
    public static ulong Mix(ulong z) => BitMixer.SplitMix(z);
}
