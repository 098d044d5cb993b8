using System.Globalization;
using Tidar.Models.Tokenization.Text;

namespace Tidar.Models.Tokenization.Patterns;

/// <summary>
/// Parses Oniguruma's Ruby syntax, which the expressions in <c>tokenizer.json</c> are written in, on code points.
/// Left out on purpose: everything that needs captured text (back references, conditionals, subroutine calls) and <c>\X</c>, <c>\G</c>, <c>\K</c>.
/// </summary>
internal sealed class PatternParser
{
    private const int DeepestNesting = 200;
    private const int MostQuantifiers = 8;
    private const int LongestPattern = 1 << 16;

    private readonly string _text;
    private int _at;
    private int _depth;
    private bool _ignoreCase;
    private bool _dotMatchesNewline;
    private bool _extended;

    private PatternParser(string text) => _text = text;

    private bool AtEnd => _at >= _text.Length;

    /// <summary>Parses a whole expression.</summary>
    /// <exception cref="PatternException">It is malformed or not supported.</exception>
    public static PatternNode Parse(string pattern)
    {
        if (pattern.Length > LongestPattern)
            throw new PatternException($"longer than {LongestPattern} characters");
        var parser = new PatternParser(pattern);
        PatternNode node = parser.ParseAlternatives();
        return parser.AtEnd ? node : throw parser.Error("unmatched )");
    }

    private PatternException Error(string what) => new($"{what} at character {_at}");

    private PatternNode ParseAlternatives()
    {
        if (++_depth > DeepestNesting)
            throw Error("groups nested too deep");
        (bool ignoreCase, bool dot, bool extended) = (_ignoreCase, _dotMatchesNewline, _extended);
        var choices = new List<PatternNode> { ParseSequence() };
        while (!AtEnd && _text[_at] == '|')
        {
            _at++;
            choices.Add(ParseSequence());
        }

        (_ignoreCase, _dotMatchesNewline, _extended) = (ignoreCase, dot, extended);
        _depth--;
        return choices.Count == 1 ? choices[0] : new PatternNode.Alternatives(choices);
    }

    private PatternNode ParseSequence()
    {
        var parts = new List<PatternNode>();
        while (!AtEnd && _text[_at] is not ('|' or ')'))
        {
            if (_extended && SkipExtended())
                continue;
            if (TryParseBareOptions(parts))
                break;
            if (ParseAtom() is { } atom)
                parts.Add(ParseQuantifiers(atom));
        }

        return parts.Count == 1 ? parts[0] : new PatternNode.Sequence(parts);
    }

    private bool SkipExtended()
    {
        if (char.IsWhiteSpace(_text[_at]))
        {
            _at++;
            return true;
        }

        if (_text[_at] != '#')
            return false;
        while (!AtEnd && _text[_at] != '\n')
            _at++;
        return true;
    }

    // `a(?i)b|c` is `a(?i:b|c)`: bare options hold for the rest of the group, alternatives included.
    private bool TryParseBareOptions(List<PatternNode> parts)
    {
        if (!Ahead("(?") || _at + 2 >= _text.Length || !(char.IsAsciiLetter(_text[_at + 2]) || _text[_at + 2] == '-'))
            return false;
        int mark = _at;
        (bool ignoreCase, bool dot, bool extended) = (_ignoreCase, _dotMatchesNewline, _extended);
        _at += 2;
        ParseOptions();
        if (AtEnd || _text[_at] != ')')
        {
            _at = mark;
            (_ignoreCase, _dotMatchesNewline, _extended) = (ignoreCase, dot, extended);
            return false;
        }

        _at++;
        parts.Add(ParseAlternatives());
        (_ignoreCase, _dotMatchesNewline, _extended) = (ignoreCase, dot, extended);
        return true;
    }

    private void ParseOptions()
    {
        bool on = true;
        for (; !AtEnd && _text[_at] is not (')' or ':'); _at++)
        {
            switch (_text[_at])
            {
                case '-': on = false; break;
                case 'i': _ignoreCase = on; break;
                case 'm': _dotMatchesNewline = on; break;
                case 'x': _extended = on; break;
                case 'u' when on: break;
                default: throw Error("unknown option");
            }
        }
    }

    private PatternNode? ParseAtom()
    {
        char c = _text[_at];
        switch (c)
        {
            case '(': return ParseGroup();
            case '[':
                return new PatternNode.One(new CharacterClassParser(_text, _ignoreCase).Parse(ref _at));
            case '.':
                _at++;
                return new PatternNode.One(_dotMatchesNewline ? CodePointSet.All : CodePointSet.Of('\n').Complement());
            case '^': return Assert(AssertionKind.LineStart, 1);
            case '$': return Assert(AssertionKind.LineEnd, 1);
            case '*' or '+' or '?': throw Error("nothing to repeat");
            case '\\': return ParseEscape();
            default:
                int point = CodePoints.At(_text, _at, out int length);
                _at += length;
                return Literal(point);
        }
    }

    private PatternNode.One Literal(int point)
    {
        CodePointSet set = CodePointSet.Of(point);
        return new PatternNode.One(_ignoreCase ? set.CloseOverCase() : set);
    }

    private PatternNode.Assertion Assert(AssertionKind kind, int length)
    {
        _at += length;
        return new PatternNode.Assertion(kind);
    }

    private PatternNode ParseEscape()
    {
        if (_at + 1 >= _text.Length)
            throw Error("pattern ends in a backslash");
        switch (_text[_at + 1])
        {
            case 'A': return Assert(AssertionKind.TextStart, 2);
            case 'z': return Assert(AssertionKind.TextEnd, 2);
            case 'Z': return Assert(AssertionKind.TextEndOrLastNewline, 2);
            case 'b': return Assert(AssertionKind.WordBoundary, 2);
            case 'B': return Assert(AssertionKind.NotWordBoundary, 2);
            case 'R':
                _at += 2;
                var one = new PatternNode.One(CodePointSet.OfRanges([(0xA, 0xD), (0x85, 0x85), (0x2028, 0x2029)]));
                var two = new PatternNode.Sequence([new PatternNode.One(CodePointSet.Of('\r')), new PatternNode.One(CodePointSet.Of('\n'))]);
                return new PatternNode.Atomic(new PatternNode.Alternatives([two, one]));
            case 'w' or 'W':
                // Outside a class Oniguruma asks its own table of Latin-1, which differs.
                _at += 2;
                CodePointSet word = UnicodeProperties.OnigurumaWord;
                return new PatternNode.One(_text[_at - 1] == 'w' ? word : word.Complement());
            case >= '1' and <= '9': throw Error("back references are not supported");
            default:
                CodePointSet set = CharacterClassParser.ParseEscape(_text, ref _at);
                return new PatternNode.One(_ignoreCase ? set.CloseOverCase() : set);
        }
    }

    private PatternNode? ParseGroup()
    {
        int opened = _at;
        if (Ahead("(?#"))
        {
            int close = _text.IndexOf(')', _at);
            _at = close < 0 ? throw Error("comment not closed") : close + 1;
            return null;
        }

        (bool ignoreCase, bool dot, bool extended) = (_ignoreCase, _dotMatchesNewline, _extended);
        Func<PatternNode, PatternNode> wrap = ParseGroupHead();
        PatternNode body = ParseAlternatives();
        if (AtEnd || _text[_at] != ')')
        {
            _at = opened;
            throw Error("( not closed");
        }

        _at++;
        (_ignoreCase, _dotMatchesNewline, _extended) = (ignoreCase, dot, extended);
        return wrap(body);
    }

    private Func<PatternNode, PatternNode> ParseGroupHead()
    {
        (string Head, Func<PatternNode, PatternNode> Wrap)[] heads =
        [
            ("(?:", static b => b),
            ("(?=", static b => new PatternNode.Look(b, Behind: false, Negative: false)),
            ("(?!", static b => new PatternNode.Look(b, Behind: false, Negative: true)),
            ("(?<=", static b => new PatternNode.Look(b, Behind: true, Negative: false)),
            ("(?<!", static b => new PatternNode.Look(b, Behind: true, Negative: true)),
            ("(?>", static b => new PatternNode.Atomic(b)),
        ];
        foreach ((string head, Func<PatternNode, PatternNode> wrap) in heads)
        {
            if (Ahead(head))
            {
                _at += head.Length;
                return wrap;
            }
        }

        if (Ahead("(?<") || Ahead("(?'"))
        {
            char end = _text[_at + 2] == '<' ? '>' : '\'';
            int close = _text.IndexOf(end, _at + 3);
            _at = close <= _at + 3 ? throw Error("bad group name") : close + 1;
        }
        else if (Ahead("(?"))
        {
            _at += 2;
            ParseOptions();
            if (AtEnd || _text[_at] != ':')
                throw Error("group not supported");
            _at++;
        }
        else
        {
            _at++;
        }

        return static b => b;
    }

    private PatternNode ParseQuantifiers(PatternNode atom)
    {
        for (int stacked = 0; !AtEnd; stacked++)
        {
            if (_extended && SkipExtended())
            {
                stacked--;
                continue;
            }

            char c = _text[_at];
            if (stacked == MostQuantifiers && c is ('*' or '+' or '?' or '{'))
                throw Error("too many quantifiers in a row");
            if (c is '*' or '+' or '?')
            {
                _at++;
                RepeatMode mode = Suffix(allowPossessive: true);
                atom = new PatternNode.Repeat(atom, c == '+' ? 1 : 0, c == '?' ? 1 : null, mode);
            }
            else if (c == '{' && TryParseInterval(out int min, out int? max))
            {
                // Ruby: `{n}?` is an optional `{n}`, and `+` after an interval repeats it.
                RepeatMode mode = Suffix(allowPossessive: false);
                atom = mode == RepeatMode.Lazy && min == max
                    ? new PatternNode.Repeat(new PatternNode.Repeat(atom, min, max, RepeatMode.Greedy), 0, 1, RepeatMode.Greedy)
                    : new PatternNode.Repeat(atom, min, max, mode);
            }
            else
            {
                break;
            }
        }

        return atom;
    }

    private RepeatMode Suffix(bool allowPossessive)
    {
        if (AtEnd)
            return RepeatMode.Greedy;
        if (_text[_at] == '?')
        {
            _at++;
            return RepeatMode.Lazy;
        }

        if (_text[_at] != '+' || !allowPossessive)
            return RepeatMode.Greedy;
        _at++;
        return RepeatMode.Possessive;
    }

    // A brace that is no interval is a literal brace.
    private bool TryParseInterval(out int min, out int? max)
    {
        const int MostRepeats = 100_000;
        (min, max) = (0, null);
        int close = _text.IndexOf('}', _at);
        if (close < 0)
            return false;
        string[] bounds = _text[(_at + 1)..close].Split(',');
        if (bounds.Length > 2 || bounds.Any(static b => b.Any(static c => !char.IsAsciiDigit(c))) || bounds.All(static b => b.Length == 0))
            return false;
        int?[] values = Array.ConvertAll(bounds, b => b.Length == 0 ? null : (int?)ParseCount(b));
        min = values[0] ?? 0;
        max = values.Length == 1 ? min : values[1];
        if (min > MostRepeats || max > MostRepeats)
            throw Error("repeat count too large");
        if (max < min)
            (min, max) = (max.Value, min);
        _at = close + 1;
        return true;
    }

    private static int ParseCount(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : int.MaxValue;

    private bool Ahead(string text) => string.CompareOrdinal(_text, _at, text, 0, text.Length) == 0;
}
