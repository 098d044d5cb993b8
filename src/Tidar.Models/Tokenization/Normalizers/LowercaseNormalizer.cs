using System.Text;

namespace Tidar.Models.Tokenization.Normalizers;

/// <summary>Lower case, code point by code point and without context (a final sigma is like any other).</summary>
internal sealed class LowercaseNormalizer : Normalizer
{
    public override string Normalize(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            // The only code point whose full lower case is longer than its simple one.
            if (rune.Value == 0x130)
                result.Append("i\u0307");
            else
                result.Append(Rune.ToLowerInvariant(rune).ToString());
        }

        return result.ToString();
    }
}
