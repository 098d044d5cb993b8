namespace Tidar.Kernels.Randomness;

/// <summary>
/// Bijections of 64 bits that spread every input bit over all output bits (xor-shift-multiply): chance that belongs to its key alone, with the same bits on every platform. There are two, because
/// texts and corpora of a seed hang on the bits of each.
/// </summary>
public static class BitMixer
{
    /// <summary>The output function of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).</summary>
    public static ulong SplitMix(ulong x) => Mix(x, 30, 0xBF58476D1CE4E5B9, 27, 0x94D049BB133111EB, 31);

    /// <summary>The mixer with Evensen's "moremur" constants, which is stronger on keys that differ in few bits.</summary>
    public static ulong Moremur(ulong x) => Mix(x, 27, 0x3C79AC492BA7B653, 33, 0x1C69B3F74AC4AE35, 27);

    private static ulong Mix(ulong x, int firstShift, ulong first, int secondShift, ulong second, int lastShift)
    {
        x = (x ^ (x >> firstShift)) * first;
        x = (x ^ (x >> secondShift)) * second;
        return x ^ (x >> lastShift);
    }
}
