using System.Text;
using Tidar.Models.Tokenization.Text;

namespace Tidar.Models.Tokenization.Normalizers;

/// <summary>Drops the code points of one set and turns those of another into a space (<c>StripAccents</c>, <c>Nmt</c>).</summary>
internal sealed class FilterNormalizer(CodePointSet dropped, CodePointSet spaced) : Normalizer
{
    public override string Normalize(string text)
    {
        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length;)
        {
            int point = CodePoints.At(text, i, out int length);
            if (spaced.Contains(point))
                result.Append(' ');
            else if (!dropped.Contains(point))
                result.Append(text, i, length);
            i += length;
        }

        return result.ToString();
    }
}
