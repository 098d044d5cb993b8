namespace Tidar.Models.Tokenization.Normalizers;

/// <summary>A step that rewrites text before it is split (<c>normalizer</c> of tokenizer.json). Immutable and safe for concurrent use.</summary>
internal abstract class Normalizer
{
    /// <summary>The rewritten text; the same instance where nothing changes.</summary>
    public abstract string Normalize(string text);
}
