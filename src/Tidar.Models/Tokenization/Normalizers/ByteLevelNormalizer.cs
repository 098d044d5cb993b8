using Tidar.Models.Tokenization.Text;

namespace Tidar.Models.Tokenization.Normalizers;

/// <summary>Writes the text's UTF-8 bytes in the byte alphabet.</summary>
internal sealed class ByteLevelNormalizer : Normalizer
{
    public override string Normalize(string text) => ByteAlphabet.Encode(text);
}
