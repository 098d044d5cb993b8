using System.Globalization;
using Tidar.Models.Tokenization.Text;

namespace Tidar.Models.Tokenization.Patterns;

/// <summary>Parses <c>[…]</c> with ranges, nested classes, <c>&amp;&amp;</c>, <c>[:name:]</c>, and the escapes that stand for sets of code points.</summary>
internal sealed class CharacterClassParser(string text, bool ignoreCase)
{
    private const int DeepestNesting = 50;
    private int _depth;

    /// <summary>Parses the class that opens at <paramref name="at"/> and moves past it.</summary>
    public CodePointSet Parse(ref int at)
    {
        if (++_depth > DeepestNesting)
            throw new PatternException($"classes nested too deep at character {at}");
        int opened = at++;
        bool negated = at < text.Length && text[at] == '^';
        if (negated)
            at++;
        CodePointSet? intersection = null;
        CodePointSet union = CodePointSet.Empty;
        for (bool first = true; ; first = false)
        {
            if (at >= text.Length)
                throw new PatternException($"[ not closed at character {opened}");
            if (text[at] == ']' && !first)
                break;
            if (text[at] == '&' && at + 1 < text.Length && text[at + 1] == '&')
            {
                intersection = intersection is null ? union : intersection.Intersect(union);
                union = CodePointSet.Empty;
                at += 2;
                continue;
            }

            union = union.Union(ParseItem(ref at));
        }

        at++;
        _depth--;
        CodePointSet set = intersection is null ? union : intersection.Intersect(union);
        if (ignoreCase)
            set = set.CloseOverCase();
        return negated ? set.Complement() : set;
    }

    /// <summary>Parses an escape that stands for one code point or a set of them, and moves past it.</summary>
    public static CodePointSet ParseEscape(string text, ref int at)
    {
        char kind = at + 1 < text.Length ? text[at + 1] : throw new PatternException("pattern ends in a backslash");
        at += 2;
        switch (kind)
        {
            case 'd': return UnicodeProperties.Find("Nd")!;
            case 'D': return UnicodeProperties.Find("Nd")!.Complement();
            case 'w': return UnicodeProperties.Word;
            case 'W': return UnicodeProperties.Word.Complement();
            case 's': return UnicodeProperties.WhiteSpace;
            case 'S': return UnicodeProperties.WhiteSpace.Complement();
            case 'h': return UnicodeProperties.Find("XDigit")!;
            case 'H': return UnicodeProperties.Find("XDigit")!.Complement();
            case 'p' or 'P': return ParseProperty(text, ref at, kind == 'P');
            case 't': return CodePointSet.Of('\t');
            case 'n': return CodePointSet.Of('\n');
            case 'r': return CodePointSet.Of('\r');
            case 'f': return CodePointSet.Of('\f');
            case 'v': return CodePointSet.Of('\v');
            case 'a': return CodePointSet.Of('\a');
            case 'e': return CodePointSet.Of(0x1B);
            case 'x' when at < text.Length && text[at] == '{':
                int close = text.IndexOf('}', at);
                return close < 0 ? throw new PatternException($"\\x{{ not closed at character {at}") : Number(text, ref at, at + 1, close, 16, close + 1);
            case 'x': return Number(text, ref at, at, RunEnd(text, at, 2, char.IsAsciiHexDigit), 16);
            case 'u': return Number(text, ref at, at, at + 4, 16);
            case '0': return Number(text, ref at, at - 1, RunEnd(text, at, 2, static c => c is >= '0' and <= '7'), 8);
            default:
                at--;
                if (char.IsAsciiLetterOrDigit(kind))
                    throw new PatternException($"escape \\{kind} is not supported, at character {at - 1}");
                int point = CodePoints.At(text, at, out int length);
                at += length;
                return CodePointSet.Of(point);
        }
    }

    private static CodePointSet ParseProperty(string text, ref int at, bool negated)
    {
        int open = at;
        int close = open < text.Length && text[open] == '{' ? text.IndexOf('}', open) : -1;
        if (close < 0)
            throw new PatternException($"\\p needs {{name}} at character {open}");
        string name = text[(open + 1)..close];
        if (name.StartsWith('^'))
            (name, negated) = (name[1..], !negated);
        CodePointSet set = UnicodeProperties.Find(name) ?? throw new PatternException($"unknown property '{name}' at character {open}");
        at = close + 1;
        return negated ? set.Complement() : set;
    }

    private static CodePointSet Number(string text, ref int at, int start, int end, int radix, int? next = null)
    {
        if (end > text.Length || end <= start || end - start > 8)
            throw new PatternException($"bad character number at character {at}");
        long value = 0;
        foreach (char c in text.AsSpan(start, end - start))
        {
            int digit = char.IsAsciiHexDigit(c) ? int.Parse([c], NumberStyles.HexNumber, CultureInfo.InvariantCulture) : radix;
            if (digit >= radix)
                throw new PatternException($"bad character number at character {at}");
            value = value * radix + digit;
        }

        if (value >= CodePoints.Limit)
            throw new PatternException($"character number beyond U+10FFFF at character {at}");
        at = next ?? end;
        return CodePointSet.Of((int)value);
    }

    private static int RunEnd(string text, int from, int most, Func<char, bool> belongs)
    {
        int end = from;
        while (end < text.Length && end < from + most && belongs(text[end]))
            end++;
        return end;
    }

    private CodePointSet ParseItem(ref int at)
    {
        if (text[at] == '[')
            return string.CompareOrdinal(text, at, "[:", 0, 2) == 0 && TryParsePosix(ref at) is { } named ? named : Parse(ref at);
        CodePointSet item = ParsePoint(ref at);
        int start = SinglePoint(item);
        if (start < 0 || at + 1 >= text.Length || text[at] != '-' || text[at + 1] is ']' or '[')
            return item;
        int dash = at++;
        int end = SinglePoint(ParsePoint(ref at));
        if (end < 0)
        {
            at = dash;
            return item;
        }

        return start <= end ? CodePointSet.OfRanges([(start, end)]) : throw new PatternException($"range out of order at character {dash}");
    }

    private CodePointSet ParsePoint(ref int at)
    {
        if (text[at] == '\\')
        {
            if (at + 1 < text.Length && text[at + 1] == 'b')
            {
                at += 2;
                return CodePointSet.Of('\b');
            }

            return ParseEscape(text, ref at);
        }

        int point = CodePoints.At(text, at, out int length);
        at += length;
        return CodePointSet.Of(point);
    }

    private CodePointSet? TryParsePosix(ref int at)
    {
        int close = text.IndexOf(":]", at, StringComparison.Ordinal);
        if (close < 0)
            return null;
        string name = text[(at + 2)..close];
        bool negated = name.StartsWith('^');
        string bare = negated ? name[1..] : name;
        if ((bare == "punct" ? UnicodeProperties.OnigurumaPosixPunctuation : UnicodeProperties.Find(bare)) is not { } set)
            return null;
        at = close + 2;
        return negated ? set.Complement() : set;
    }

    private static int SinglePoint(CodePointSet set)
    {
        using IEnumerator<(int Start, int End)> ranges = set.Ranges.GetEnumerator();
        return ranges.MoveNext() && ranges.Current.Start == ranges.Current.End && !ranges.MoveNext() ? ranges.Current.Start : -1;
    }
}
