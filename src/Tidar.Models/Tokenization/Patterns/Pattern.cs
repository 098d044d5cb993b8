using System.Collections.Concurrent;
using Tidar.Models.Tokenization.Text;

namespace Tidar.Models.Tokenization.Patterns;

/// <summary>
/// A compiled search pattern: a literal or a regular expression in Oniguruma's syntax, matched on code points, leftmost first alternative.
/// Safe for concurrent use.
/// </summary>
internal sealed class Pattern
{
    private const int MostGatedChoices = 64;

    private readonly string? _literal;
    private readonly PatternInstruction[] _program = [];
    private readonly int[] _entries = [];
    private readonly CodePointSet?[] _firsts = [];
    private readonly ulong[] _gates = new ulong[128];
    private readonly int _slots;
    private readonly ConcurrentBag<PatternMachine> _machines = [];

    private Pattern(string literal) => _literal = literal;

    private Pattern(PatternNode root)
    {
        // The top-level alternatives are kept apart, so that a look at one code point rules most of them out.
        IReadOnlyList<PatternNode> choices = root is PatternNode.Alternatives { Choices: var all } && all.Count <= MostGatedChoices ? all : [root];
        var compiler = new PatternCompiler();
        _entries = [.. choices.Select(compiler.Compile)];
        _firsts = [.. choices.Select(static c => c.First)];
        _program = compiler.ToArray();
        _slots = compiler.Slots;
        for (int c = 0; c < _gates.Length; c++)
            _gates[c] = Gate(c);
    }

    /// <summary>Matches <paramref name="text"/> itself.</summary>
    public static Pattern Literal(string text) => text.Length == 0 ? Regex("") : new Pattern(text);

    /// <summary>Matches a regular expression.</summary>
    /// <exception cref="PatternException">It is malformed or not supported.</exception>
    public static Pattern Regex(string expression) => new(PatternParser.Parse(expression));

    /// <summary>
    /// Calls <paramref name="found"/> with every match in order, as Oniguruma's scan does: matches do not overlap, and an empty match right after another is skipped.
    /// </summary>
    /// <exception cref="PatternException">The expression takes too many steps on this text.</exception>
    public void FindAll<TState>(ReadOnlySpan<char> text, TState state, Action<TState, int, int> found)
    {
        // The reference does not look at an empty text, though an expression could match there.
        if (text.Length == 0)
            return;
        if (_literal is not null)
        {
            FindLiteral(text, state, found);
            return;
        }

        if (!_machines.TryTake(out PatternMachine? machine))
            machine = new PatternMachine(_program, _slots);
        machine.StartText(text.Length);
        int from = 0, lastEnd = -1;
        while (from <= text.Length && Find(machine, text, from, out int start, out int end))
        {
            if (start == end && end == lastEnd)
            {
                from = end + (end < text.Length && CodePoints.At(text, end, out int length) >= 0 ? length : 1);
                continue;
            }

            found(state, start, end);
            from = lastEnd = end;
        }

        _machines.Add(machine);
    }

    /// <summary>The text with every match replaced by <paramref name="replacement"/>.</summary>
    public string Replace(string text, string replacement)
    {
        if (_literal is not null)
            return text.Replace(_literal, replacement, StringComparison.Ordinal);
        var edit = new Edit(text, replacement);
        FindAll(text, edit, static (e, start, end) => e.Add(start, end));
        return edit.Finish();
    }

    private void FindLiteral<TState>(ReadOnlySpan<char> text, TState state, Action<TState, int, int> found)
    {
        int length = _literal!.Length;
        for (int at = 0; at <= text.Length - length; at += length)
        {
            int next = text[at..].IndexOf(_literal, StringComparison.Ordinal);
            if (next < 0)
                return;
            at += next;
            found(state, at, at + length);
        }
    }

    private bool Find(PatternMachine machine, ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        for (start = from; start <= text.Length;)
        {
            int length = 1;
            int point = start < text.Length ? CodePoints.At(text, start, out length) : -1;
            ulong gate = (uint)point < 128 ? _gates[point] : Gate(point);
            for (; gate != 0; gate &= gate - 1)
            {
                end = machine.Run(text, _entries[System.Numerics.BitOperations.TrailingZeroCount(gate)], start);
                if (end >= 0)
                    return true;
            }

            start += length;
        }

        end = -1;
        return false;
    }

    // Which alternatives can begin with a code point (-1: the end of the text).
    private ulong Gate(int point)
    {
        ulong gate = 0;
        for (int i = 0; i < _firsts.Length; i++)
        {
            if (_firsts[i] is null || (point >= 0 && _firsts[i]!.Contains(point)))
                gate |= 1UL << i;
        }

        return gate;
    }

    private sealed class Edit(string text, string replacement)
    {
        private readonly System.Text.StringBuilder _result = new(text.Length);
        private int _done;

        public void Add(int start, int end)
        {
            _result.Append(text, _done, start - _done).Append(replacement);
            _done = end;
        }

        public string Finish() => _done == 0 && _result.Length == 0 ? text : _result.Append(text, _done, text.Length - _done).ToString();
    }
}
