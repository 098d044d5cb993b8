using System.Text;

namespace Tidar.Training.Data.Synthetic;

/// <summary>
/// Assigns every prompt to one half of the corpus by its own hash, so the halves are disjoint whatever seed drew them. Case, spaces and
/// punctuation do not count: a held-out prompt does not reach training by losing its question mark.
/// </summary>
public static class PromptSplit
{
    private const ulong FnvOffset = 0xCBF29CE484222325;
    private const ulong FnvPrime = 0x100000001B3;

    /// <summary>One prompt in this many is held out.</summary>
    public const int HeldOutOneIn = 32;

    /// <summary>The half a prompt belongs to.</summary>
    public static CorpusSplit Of(string prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return Hash(prompt) % HeldOutOneIn == 0 ? CorpusSplit.HeldOut : CorpusSplit.Train;
    }

    // FNV-1a over the letters, digits and operators, finished by a mixer because the low bits of FNV alone are weak.
    private static ulong Hash(string prompt)
    {
        ulong hash = FnvOffset;
        foreach (Rune rune in prompt.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || rune.Value is '+' or '-' or '*' or '/')
                hash = (hash ^ (uint)Rune.ToLowerInvariant(rune).Value) * FnvPrime;
        }

        return SplitMix64.Mix(hash);
    }
}
