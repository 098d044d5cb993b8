namespace Tidar.Models.Tokenization.Normalizers;

/// <summary>A step that rewrites text before it is split (<c>normalizer</c> of tokenizer.json). Immutable and safe for concurrent use.</summary>
internal abstract class Normalizer
{
    /// <summary>The rewritten text; the same instance where nothing changes.</summary>
    public abstract string Normalize(string text);

    /// <summary>The rewritten text, and in <paramref name="opening"/> how far what came from the first <paramref name="opening"/> units now reaches.</summary>
    public virtual string Normalize(string text, ref int opening)
    {
        if (opening > 0)
            opening = Normalize(text[..opening]).Length;
        return Normalize(text);
    }
}
