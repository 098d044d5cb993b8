using System.Text;

namespace Tidar.Models.Tokenization.Text;

/// <summary>
/// Unicode normalization (Standard Annex 15) from tables of our own: under invariant globalization .NET's <c>string.Normalize</c> returns non-ASCII text unchanged.
/// </summary>
internal static class UnicodeNormalization
{
    private const int SyllableBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7;
    private const int VowelCount = 21, TailCount = 28, SyllableCount = 19 * VowelCount * TailCount;

    private static readonly Lazy<CodePointSet>[] Unstable = [.. Enum.GetValues<UnicodeForm>().Select(f => new Lazy<CodePointSet>(() => FindUnstable(f)))];

    /// <summary>The text in the given form; the same instance where it already is.</summary>
    public static string Normalize(string text, UnicodeForm form)
    {
        CodePointSet unstable = Unstable[(int)form].Value;
        StringBuilder? result = null;
        List<int>? buffer = null;
        int done = 0, boundary = 0;
        for (int i = 0; i < text.Length;)
        {
            int c = CodePoints.At(text, i, out int length);
            if (!unstable.Contains(c))
            {
                // Nothing before a stable starter ever combines with it or is reordered past it.
                boundary = i;
                i += length;
                continue;
            }

            int end = i + length;
            while (end < text.Length && unstable.Contains(CodePoints.At(text, end, out length)))
                end += length;
            result ??= new StringBuilder(text.Length + 16);
            result.Append(text, done, boundary - done);
            Transform(text.AsSpan(boundary, end - boundary), form, result, buffer ??= []);
            done = boundary = i = end;
        }

        return result is null ? text : result.Append(text, done, text.Length - done).ToString();
    }

    private static void Transform(ReadOnlySpan<char> text, UnicodeForm form, StringBuilder result, List<int> buffer)
    {
        buffer.Clear();
        for (int i = 0; i < text.Length;)
        {
            Decompose(CodePoints.At(text, i, out int length), form is UnicodeForm.Nfkc or UnicodeForm.Nfkd, buffer);
            i += length;
        }

        Reorder(buffer);
        if (form is UnicodeForm.Nfc or UnicodeForm.Nfkc)
            Compose(buffer);
        foreach (int c in buffer)
            CodePoints.Append(result, c);
    }

    private static void Decompose(int c, bool compatibility, List<int> output)
    {
        int syllable = c - SyllableBase;
        if (syllable is >= 0 and < SyllableCount)
        {
            output.Add(LeadBase + syllable / (VowelCount * TailCount));
            output.Add(VowelBase + syllable / TailCount % VowelCount);
            if (syllable % TailCount != 0)
                output.Add(TailBase + syllable % TailCount);
        }
        else if ((compatibility && UnicodeData.Compatibility.TryGetValue(c, out int[]? parts)) || UnicodeData.Canonical.TryGetValue(c, out parts))
        {
            output.AddRange(parts);
        }
        else
        {
            output.Add(c);
        }
    }

    // Canonical ordering: a stable sort by combining class of every run of non-starters.
    private static void Reorder(List<int> points)
    {
        for (int i = 0; i < points.Count; i++)
        {
            if (ClassOf(points[i]) == 0)
                continue;
            int end = i + 1;
            while (end < points.Count && ClassOf(points[end]) != 0)
                end++;
            if (end - i > 1)
            {
                int[] sorted = [.. points.GetRange(i, end - i).OrderBy(ClassOf)];
                for (int j = 0; j < sorted.Length; j++)
                    points[i + j] = sorted[j];
            }

            i = end;
        }
    }

    private static void Compose(List<int> points)
    {
        int starter = -1, written = 0, lastClass = -1;
        for (int i = 0; i < points.Count; i++)
        {
            int c = points[i], cls = ClassOf(c);
            bool blocked = lastClass >= cls && lastClass != -1;
            if (starter >= 0 && !blocked && TryCompose(points[starter], c, out int composite))
            {
                points[starter] = composite;
                continue;
            }

            if (cls == 0)
            {
                starter = written;
                lastClass = -1;
            }
            else
            {
                lastClass = cls;
            }

            points[written++] = c;
        }

        points.RemoveRange(written, points.Count - written);
    }

    private static bool TryCompose(int first, int second, out int composite)
    {
        int lead = first - LeadBase, vowel = second - VowelBase;
        if (lead is >= 0 and < 19 && vowel is >= 0 and < VowelCount)
        {
            composite = SyllableBase + (lead * VowelCount + vowel) * TailCount;
            return true;
        }

        int syllable = first - SyllableBase, tail = second - TailBase;
        if (syllable is >= 0 and < SyllableCount && syllable % TailCount == 0 && tail is > 0 and < TailCount)
        {
            composite = first + tail;
            return true;
        }

        return UnicodeData.Composites.TryGetValue(((long)first << 32) | (uint)second, out composite);
    }

    private static int ClassOf(int c) => UnicodeData.CombiningClasses.GetValueOrDefault(c);

    // Everything that may change, combine backwards or move; all else is a stable starter.
    private static CodePointSet FindUnstable(UnicodeForm form)
    {
        bool composes = form is UnicodeForm.Nfc or UnicodeForm.Nfkc;
        IEnumerable<int> changing = UnicodeData.Canonical.Keys;
        if (form is UnicodeForm.Nfkc or UnicodeForm.Nfkd)
            changing = changing.Concat(UnicodeData.Compatibility.Keys);
        if (composes)
        {
            HashSet<int> composites = [.. UnicodeData.Composites.Values];
            changing = changing.Where(c => !composites.Contains(c) || UnicodeData.Compatibility.ContainsKey(c) && form == UnicodeForm.Nfkc)
                .Concat(UnicodeData.Composites.Keys.Select(k => (int)k));
        }

        CodePointSet set = CodePointSet.Of(changing.Concat(UnicodeData.CombiningClasses.Keys));
        return composes
            ? set.Union(CodePointSet.OfRanges([(VowelBase, VowelBase + VowelCount - 1), (TailBase + 1, TailBase + TailCount - 1)]))
            : set.Union(CodePointSet.OfRanges([(SyllableBase, SyllableBase + SyllableCount - 1)]));
    }
}
