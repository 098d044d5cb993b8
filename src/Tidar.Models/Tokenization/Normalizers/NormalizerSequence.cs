namespace Tidar.Models.Tokenization.Normalizers;

/// <summary>Several normalizers one after another.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<Normalizer> steps) : Normalizer
{
    public override string Normalize(string text)
    {
        foreach (Normalizer step in steps)
            text = step.Normalize(text);
        return text;
    }

    public override string Normalize(string text, ref int opening)
    {
        foreach (Normalizer step in steps)
            text = step.Normalize(text, ref opening);
        return text;
    }
}
