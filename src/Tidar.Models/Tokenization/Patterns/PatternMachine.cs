using Tidar.Models.Tokenization.Text;

namespace Tidar.Models.Tokenization.Patterns;

/// <summary>
/// A backtracking matcher with an explicit stack: no recursion except into look-around and atomic groups, whose nesting the parser bounds.
/// Work is counted, and a text on which an expression explodes ends in an error instead of a hang.
/// </summary>
internal sealed class PatternMachine
{
    private const long FreeSteps = 10_000_000;
    private const long StepsPerUnit = 1_000;

    private readonly PatternInstruction[] _program;
    private readonly int[] _slots;
    private readonly List<Choice> _stack = [];
    private long _stepsLeft;

    /// <summary>A machine for one program; not for use by two threads at once.</summary>
    public PatternMachine(PatternInstruction[] program, int slots)
    {
        _program = program;
        _slots = new int[slots];
    }

    /// <summary>Grants the steps that one text may take.</summary>
    public void StartText(int length) => _stepsLeft = FreeSteps + length * StepsPerUnit;

    /// <summary>The end of the match of the code at <paramref name="entry"/> that starts at <paramref name="at"/>, or -1.</summary>
    /// <exception cref="PatternException">The steps granted are used up.</exception>
    public int Run(ReadOnlySpan<char> text, int entry, int at) => Run(text, entry, at, requiredEnd: -1);

    private int Run(ReadOnlySpan<char> text, int entry, int at, int requiredEnd)
    {
        int bottom = _stack.Count;
        int pc = entry;
        while (true)
        {
            ref readonly PatternInstruction step = ref _program[pc];
            bool ok = true;
            switch (step.Operation)
            {
                case PatternOperation.Accept:
                    ok = requiredEnd < 0 || at == requiredEnd;
                    if (ok)
                    {
                        _stack.RemoveRange(bottom, _stack.Count - bottom);
                        return at;
                    }

                    break;
                case PatternOperation.One:
                    ok = TryOne(text, step.Set!, ref at);
                    _stepsLeft--;
                    pc++;
                    break;
                case PatternOperation.RunGreedy or PatternOperation.RunPossessive:
                    ok = TryRun(text, in step, pc, ref at);
                    pc++;
                    break;
                case PatternOperation.Split:
                    _stack.Add(new Choice(step.B, at, -1));
                    pc = step.A;
                    break;
                case PatternOperation.Jump:
                    pc = step.A;
                    break;
                case PatternOperation.Assert:
                    ok = Holds((AssertionKind)step.A, text, at);
                    pc++;
                    break;
                case PatternOperation.Mark:
                    _stack.Add(new Choice(~step.A, _slots[step.A], -1));
                    _slots[step.A] = at;
                    pc++;
                    break;
                case PatternOperation.RequireProgress:
                    pc = at == _slots[step.A] ? step.B : pc + 1;
                    break;
                default:
                    ok = TryEnclosed(text, in step, pc + 1, ref at);
                    pc = step.A;
                    break;
            }

            if (!ok && !Backtrack(text, bottom, ref pc, ref at))
                return -1;
        }
    }

    private static bool TryOne(ReadOnlySpan<char> text, CodePointSet set, ref int at)
    {
        if (at >= text.Length)
            return false;
        char c = text[at];
        if (!char.IsSurrogate(c))
        {
            at++;
            return set.ContainsUnit(c);
        }

        int point = CodePoints.At(text, at, out int length);
        at += length;
        return set.Contains(point);
    }

    private bool TryRun(ReadOnlySpan<char> text, in PatternInstruction step, int pc, ref int at)
    {
        CodePointSet set = step.Set!;
        int most = step.B < 0 ? int.MaxValue : step.B, count = 0, i = at, least = step.A == 0 ? at : -1;
        while (count < most && i < text.Length)
        {
            char c = text[i];
            if (!char.IsSurrogate(c))
            {
                if (!set.ContainsUnit(c))
                    break;
                i++;
            }
            else
            {
                int point = CodePoints.At(text, i, out int length);
                if (!set.Contains(point))
                    break;
                i += length;
            }

            if (++count == step.A)
                least = i;
        }

        Spend(count);
        if (least < 0)
            return false;
        at = i;
        if (i > least && step.Operation == PatternOperation.RunGreedy)
            _stack.Add(new Choice(pc + 1, i, least));
        return true;
    }

    private bool Backtrack(ReadOnlySpan<char> text, int bottom, ref int pc, ref int at)
    {
        while (_stack.Count > bottom)
        {
            Spend(1);
            int top = _stack.Count - 1;
            Choice choice = _stack[top];
            if (choice.Target < 0)
            {
                _slots[~choice.Target] = choice.At;
                _stack.RemoveAt(top);
                continue;
            }

            pc = choice.Target;
            at = choice.At;
            if (choice.Least < 0)
            {
                _stack.RemoveAt(top);
                return true;
            }

            // A run gives back one code point at a time.
            _ = CodePoints.Before(text, at, out int length);
            at -= length;
            if (at > choice.Least)
                _stack[top] = choice with { At = at };
            else
                _stack.RemoveAt(top);
            return true;
        }

        return false;
    }

    private bool TryEnclosed(ReadOnlySpan<char> text, in PatternInstruction step, int entry, ref int at)
    {
        switch (step.Operation)
        {
            case PatternOperation.Atomic:
                int end = Run(text, entry, at);
                if (end >= 0)
                    at = end;
                return end >= 0;
            case PatternOperation.Ahead:
                return Run(text, entry, at) >= 0;
            case PatternOperation.NotAhead:
                return Run(text, entry, at) < 0;
            case PatternOperation.Behind:
                return MatchesBehind(text, entry, at, step.B >> 16, step.B & 0xFFFF);
            default:
                return !MatchesBehind(text, entry, at, step.B >> 16, step.B & 0xFFFF);
        }
    }

    private bool MatchesBehind(ReadOnlySpan<char> text, int entry, int at, int shortest, int longest)
    {
        int start = at;
        for (int back = 0; back <= longest; back++)
        {
            if (back >= shortest && Run(text, entry, start, requiredEnd: at) >= 0)
                return true;
            if (start == 0)
                return false;
            _ = CodePoints.Before(text, start, out int length);
            start -= length;
        }

        return false;
    }

    private static bool Holds(AssertionKind kind, ReadOnlySpan<char> text, int at) => kind switch
    {
        AssertionKind.LineStart => at == 0 || (text[at - 1] == '\n' && at < text.Length),
        AssertionKind.LineEnd => at == text.Length || text[at] == '\n',
        AssertionKind.TextStart => at == 0,
        AssertionKind.TextEnd => at == text.Length,
        AssertionKind.TextEndOrLastNewline => at == text.Length || (at == text.Length - 1 && text[at] == '\n'),
        AssertionKind.WordBoundary => IsWordBoundary(text, at),
        _ => !IsWordBoundary(text, at),
    };

    private static bool IsWordBoundary(ReadOnlySpan<char> text, int at)
    {
        bool before = at > 0 && UnicodeProperties.OnigurumaWord.Contains(CodePoints.Before(text, at, out _));
        bool after = at < text.Length && UnicodeProperties.OnigurumaWord.Contains(CodePoints.At(text, at, out _));
        return before != after;
    }

    private void Spend(int steps)
    {
        _stepsLeft -= steps;
        if (_stepsLeft < 0)
            throw new PatternException("takes too many steps on this text");
    }

    // Target < 0 restores slot ~Target to At; Least >= 0 is a greedy run that may shrink from At down to Least.
    private readonly record struct Choice(int Target, int At, int Least);
}
