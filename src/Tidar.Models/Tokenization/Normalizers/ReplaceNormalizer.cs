using Tidar.Models.Tokenization.Patterns;

namespace Tidar.Models.Tokenization.Normalizers;

/// <summary>Replaces every match of a pattern.</summary>
internal sealed class ReplaceNormalizer(Pattern pattern, string content) : Normalizer
{
    public override string Normalize(string text) => pattern.Replace(text, content);
}
