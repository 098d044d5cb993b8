using System.Globalization;
using System.Numerics;

namespace Tidar.Models.Chat.Jinja;

/// <summary>
/// Splits a template into tokens with Hugging Face's settings: a newline after a block tag is dropped (<c>trim_blocks</c>), as is white space before one at
/// the start of a line (<c>lstrip_blocks</c>); <c>-</c> strips more, <c>+</c> nothing. Line ends become <c>\n</c>, and one at the end of the template goes.
/// </summary>
internal sealed class Lexer
{
    private static readonly string[] Operators =
        ["**", "//", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    private readonly string _source;
    private readonly TemplateLimits _limits;
    private readonly Stack<char> _open = new();
    private int _at;
    private int _line = 1;

    public Lexer(string source, TemplateLimits limits)
    {
        string text = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        _source = text.EndsWith('\n') ? text[..^1] : text;
        _limits = limits;
    }

    /// <summary>The tokens, found as they are asked for, so that a mistake of the parser's comes before one further on.</summary>
    public IEnumerable<Token> Tokens()
    {
        while (_at < _source.Length)
        {
            int tag = NextTag();
            if (tag < 0)
            {
                yield return new Token(TokenKind.Data, _source[_at..], null, _line);
                MoveTo(_source.Length);
                break;
            }

            char kind = _source[tag + 1];
            int content = tag + 2;
            char sign = SignAt(content);
            content += sign == '\0' ? 0 : 1;
            string text = BeforeTag(_at, tag, sign, lstrip: kind != '{');
            if (text.Length > 0)
                yield return new Token(TokenKind.Data, text, null, _line);
            MoveTo(tag);
            if (kind == '#')
            {
                SkipComment(content);
            }
            else if (kind == '%' && RawBegin(content) is > 0 and int raw)
            {
                MoveTo(raw);
                text = Raw();
                if (text.Length > 0)
                    yield return new Token(TokenKind.Data, text, null, _line);
            }
            else
            {
                foreach (Token token in Tag(kind == '{', content))
                    yield return token;
            }
        }

        yield return new Token(TokenKind.End, "", null, _line);
    }

    private int NextTag()
    {
        for (int at = _at; (at = _source.IndexOf('{', at)) >= 0 && at + 1 < _source.Length; at++)
        {
            if (_source[at + 1] is '{' or '%' or '#')
                return at;
        }

        return -1;
    }

    private char SignAt(int at) => at < _source.Length && _source[at] is '-' or '+' ? _source[at] : '\0';

    // The text up to a tag, without what the tag strips.
    private string BeforeTag(int start, int tag, char sign, bool lstrip)
    {
        ReadOnlySpan<char> text = _source.AsSpan(start, tag - start);
        if (sign == '-')
            return PythonText.TrimEnd(text).ToString();
        if (sign == '+' || !lstrip)
            return text.ToString();
        int lineStart = text.LastIndexOf('\n') + 1;
        bool atLineStart = lineStart > 0 || start == 0 || _source[start - 1] == '\n';
        bool blank = atLineStart && PythonText.TrimEnd(text[lineStart..]).Length == 0;
        return blank ? text[..lineStart].ToString() : text.ToString();
    }

    private void SkipComment(int content)
    {
        int end = _source.IndexOf("#}", content, StringComparison.Ordinal);
        if (end < 0)
        {
            // At the very end of the template, Jinja2 lets an opening mark stand for an empty comment.
            MoveTo(content < _source.Length ? throw Fail.Syntax("Missing end of comment tag", _line) : content);
            return;
        }

        char sign = end > content ? SignAt(end - 1) : '\0';
        MoveTo(AfterEnd(end + 2, sign, trim: true));
    }

    // Where a tag's end leads: past all white space after '-', past one newline unless '+' forbids it.
    private int AfterEnd(int at, char sign, bool trim)
    {
        if (sign == '-')
            return SkipSpace(at);
        return trim && sign != '+' && at < _source.Length && _source[at] == '\n' ? at + 1 : at;
    }

    private int SkipSpace(int at)
    {
        while (at < _source.Length && PythonText.IsSpace(_source[at]))
            at++;
        return at;
    }

    private bool StartsWith(int at, string text) => _source.AsSpan(Math.Min(at, _source.Length)).StartsWith(text, StringComparison.Ordinal);

    // The position after a tag `raw`; 0 where the tag is another.
    private int RawBegin(int content)
    {
        int at = SkipSpace(content);
        if (!StartsWith(at, "raw"))
            return 0;
        at = SkipSpace(at + 3);
        return StartsWith(at, "-%}") ? SkipSpace(at + 3) : StartsWith(at, "%}") ? at + 2 : 0;
    }

    // Reads up to and past the tag `endraw`.
    private string Raw()
    {
        int start = _at;
        for (int tag = _at; (tag = _source.IndexOf("{%", tag, StringComparison.Ordinal)) >= 0; tag++)
        {
            char sign = SignAt(tag + 2);
            int at = SkipSpace(tag + 2 + (sign == '\0' ? 0 : 1));
            if (!StartsWith(at, "endraw"))
                continue;
            at = SkipSpace(at + 6);
            char endSign = SignAt(at);
            at += endSign == '\0' ? 0 : 1;
            if (!StartsWith(at, "%}"))
                continue;
            string text = BeforeTag(start, tag, sign, lstrip: true);
            MoveTo(AfterEnd(at + 2, endSign, trim: true));
            return text;
        }

        return start < _source.Length ? throw Fail.Syntax("Missing end of raw directive", _line) : "";
    }

    private IEnumerable<Token> Tag(bool isVariable, int content)
    {
        yield return new Token(isVariable ? TokenKind.VariableBegin : TokenKind.BlockBegin, "", null, _line);
        MoveTo(content);
        _open.Clear();
        while (true)
        {
            if (_open.Count == 0 && TagEnd(isVariable) is > 0 and int end)
            {
                yield return new Token(isVariable ? TokenKind.VariableEnd : TokenKind.BlockEnd, "", null, _line);
                MoveTo(end);
                yield break;
            }

            if (_at >= _source.Length)
                yield break;
            if (PythonText.IsSpace(_source[_at]))
            {
                MoveTo(SkipSpace(_at));
                continue;
            }

            int line = _line;
            Token token = Next();
            yield return token with { Line = line };
        }
    }

    // The position after the tag's end, if it ends here; else 0.
    private int TagEnd(bool isVariable)
    {
        char sign = SignAt(_at);
        int at = sign == '\0' ? _at : _at + 1;
        if (sign == '+' && isVariable)
            return 0;
        return StartsWith(at, isVariable ? "}}" : "%}") ? AfterEnd(at + 2, sign, trim: !isVariable) : 0;
    }

    private Token Next()
    {
        char c = _source[_at];
        if (char.IsAsciiDigit(c))
            return Number();
        if (c is '"' or '\'' && StringEnd() is > 0 and int end)
            return Take(TokenKind.String, end, StringLiteral.Unescape(_source[(_at + 1)..(end - 1)], _line));
        if (IsWordAt(_at))
            return Word();
        foreach (string op in Operators)
        {
            if (StartsWith(_at, op))
            {
                Balance(op[0]);
                return Take(TokenKind.Operator, _at + op.Length, op);
            }
        }

        throw Fail.Syntax($"unexpected char {Display.QuoteText(c.ToString())} at {_at}", _line);
    }

    private Token Take(TokenKind kind, int end, string text, object? value = null)
    {
        MoveTo(end);
        return new Token(kind, text, value, _line);
    }

    private void Balance(char c)
    {
        if (c is '(' or '[' or '{')
        {
            _open.Push(c switch { '(' => ')', '[' => ']', _ => '}' });
        }
        else if (c is ')' or ']' or '}')
        {
            if (!_open.TryPop(out char expected))
                throw Fail.Syntax($"unexpected '{c}'", _line);
            if (expected != c)
                throw Fail.Syntax($"unexpected '{c}', expected '{expected}'", _line);
        }
    }

    private bool IsWordAt(int at) =>
        _source[at] == '_' || StringMethods.IsAlphanumeric(Casing.RuneAt(_source, at));

    private Token Word()
    {
        int end = _at;
        while (end < _source.Length && IsWordAt(end))
            end += PythonText.UnitsAt(_source, end);
        string word = _source[_at..end];
        if (!StringMethods.IsIdentifier(word))
            throw Fail.Syntax("Invalid character in identifier", _line);
        return Take(TokenKind.Name, end, word);
    }

    private int StringEnd()
    {
        char quote = _source[_at];
        for (int at = _at + 1; at < _source.Length; at++)
        {
            if (_source[at] == '\\')
                at++;
            else if (_source[at] == quote)
                return at + 1;
        }

        return 0;
    }

    private Token Number()
    {
        int end = FloatEnd();
        if (end > 0)
        {
            string digits = _source[_at..end].Replace("_", "", StringComparison.Ordinal);
            return Take(TokenKind.Float, end, "", double.Parse(digits, CultureInfo.InvariantCulture));
        }

        int numberBase = _source[_at] != '0' || _at + 1 >= _source.Length ? 10 : (_source[_at + 1] | 0x20) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 10 };
        if (numberBase != 10)
        {
            end = DigitsEnd(_at + 2, numberBase, underscoreFirst: true);
            if (end > _at + 2)
                return Integer(_at + 2, end, numberBase);
        }

        // A leading zero stands for itself alone: 007 is 00 and 7.
        end = _source[_at] == '0' ? ZerosEnd() : DigitsEnd(_at, 10, underscoreFirst: false);
        return Integer(_at, end, 10);
    }

    private Token Integer(int start, int end, int numberBase)
    {
        BigInteger value = BigInteger.Zero;
        foreach (char c in _source.AsSpan(start, end - start))
        {
            if (c == '_')
                continue;
            value = (value * numberBase) + (char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
            if (value.GetBitLength() > _limits.MaxIntegerBits)
                throw Fail.Limit($"an integer of more than {_limits.MaxIntegerBits} bits");
        }

        return Take(TokenKind.Integer, end, "", Numbers.Box(value));
    }

    private int ZerosEnd()
    {
        int end = _at + 1;
        while (end < _source.Length && (_source[end] == '0' || (_source[end] == '_' && end + 1 < _source.Length && _source[end + 1] == '0')))
            end++;
        return end;
    }

    // The end of a run of digits with single underscores between them.
    private int DigitsEnd(int at, int numberBase, bool underscoreFirst)
    {
        bool IsDigit(int i) => i < _source.Length && (numberBase == 16
            ? char.IsAsciiHexDigit(_source[i])
            : _source[i] >= '0' && _source[i] < '0' + numberBase);
        int end = at;
        while (IsDigit(end) || (end < _source.Length && _source[end] == '_' && (end > at || underscoreFirst) && IsDigit(end + 1)))
            end++;
        return end;
    }

    // A float has a fraction, an exponent, or both; 0 where there is neither.
    private int FloatEnd()
    {
        if (_at > 0 && _source[_at - 1] == '.')
            return 0;
        int whole = DigitsEnd(_at, 10, underscoreFirst: false);
        int end = whole;
        if (whole < _source.Length && _source[whole] == '.' && DigitsEnd(whole + 1, 10, underscoreFirst: false) is int fraction && fraction > whole + 1)
            end = fraction;
        if (end < _source.Length && _source[end] is 'e' or 'E')
        {
            int digits = SignAt(end + 1) == '\0' ? end + 1 : end + 2;
            int exponent = DigitsEnd(digits, 10, underscoreFirst: false);
            if (exponent > digits)
                end = exponent;
        }

        return end > whole ? end : 0;
    }

    private void MoveTo(int position)
    {
        _line += _source.AsSpan(_at, position - _at).Count('\n');
        _at = position;
    }
}
