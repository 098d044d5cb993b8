namespace Tidar.Models.Tokenization.Patterns;

/// <summary>Turns a parsed expression into instructions of the backtracking machine.</summary>
internal sealed class PatternCompiler
{
    private const int LongestProgram = 20_000;
    private const int LongestBehind = 255;

    private readonly List<PatternInstruction> _program = [];

    /// <summary>Number of loop slots the program uses.</summary>
    public int Slots { get; private set; }

    /// <summary>Appends the code of <paramref name="node"/>, closed by Accept, and returns where it begins.</summary>
    /// <exception cref="PatternException">The expression expands to too much code, or looks behind without bound.</exception>
    public int Compile(PatternNode node)
    {
        int entry = _program.Count;
        Emit(node);
        Add(new PatternInstruction(PatternOperation.Accept));
        return entry;
    }

    /// <summary>The finished program.</summary>
    public PatternInstruction[] ToArray() => [.. _program];

    private int Add(PatternInstruction instruction)
    {
        if (_program.Count >= LongestProgram)
            throw new PatternException($"expands to more than {LongestProgram} steps");
        _program.Add(instruction);
        return _program.Count - 1;
    }

    private void Emit(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.One one:
                Add(new PatternInstruction(PatternOperation.One, Set: one.Set));
                break;
            case PatternNode.Sequence sequence:
                foreach (PatternNode part in sequence.Parts)
                    Emit(part);
                break;
            case PatternNode.Alternatives alternatives:
                EmitAlternatives(alternatives.Choices);
                break;
            case PatternNode.Repeat repeat:
                EmitRepeat(repeat);
                break;
            case PatternNode.Atomic atomic:
                EmitEnclosed(PatternOperation.Atomic, 0, atomic.Body);
                break;
            case PatternNode.Look { Behind: false } look:
                EmitEnclosed(look.Negative ? PatternOperation.NotAhead : PatternOperation.Ahead, 0, look.Body);
                break;
            case PatternNode.Look look:
                if (look.Body.MaxLength is not { } longest || longest > LongestBehind)
                    throw new PatternException($"look-behind must be bounded, by {LongestBehind} characters at most");
                EmitEnclosed(look.Negative ? PatternOperation.NotBehind : PatternOperation.Behind, (look.Body.MinLength << 16) | longest, look.Body);
                break;
            case PatternNode.Assertion assertion:
                Add(new PatternInstruction(PatternOperation.Assert, (int)assertion.Kind));
                break;
            default:
                throw new InvalidOperationException(node.GetType().Name);
        }
    }

    private void EmitEnclosed(PatternOperation operation, int b, PatternNode body)
    {
        int head = Add(default);
        Compile(body);
        _program[head] = new PatternInstruction(operation, _program.Count, b);
    }

    private void EmitAlternatives(IReadOnlyList<PatternNode> choices)
    {
        var exits = new List<int>();
        for (int i = 0; i < choices.Count; i++)
        {
            if (i == choices.Count - 1)
            {
                Emit(choices[i]);
                break;
            }

            int split = Add(default);
            Emit(choices[i]);
            exits.Add(Add(default));
            _program[split] = new PatternInstruction(PatternOperation.Split, split + 1, _program.Count);
        }

        foreach (int exit in exits)
            _program[exit] = new PatternInstruction(PatternOperation.Jump, _program.Count);
    }

    private void EmitRepeat(PatternNode.Repeat repeat)
    {
        if (repeat.Body is PatternNode.One one && repeat.Mode != RepeatMode.Lazy)
        {
            PatternOperation run = repeat.Mode == RepeatMode.Possessive ? PatternOperation.RunPossessive : PatternOperation.RunGreedy;
            Add(new PatternInstruction(run, repeat.Min, repeat.Max ?? -1, one.Set));
        }
        else if (repeat.Mode == RepeatMode.Possessive)
        {
            EmitEnclosed(PatternOperation.Atomic, 0, repeat with { Mode = RepeatMode.Greedy });
        }
        else
        {
            for (int i = 0; i < repeat.Min; i++)
                Emit(repeat.Body);
            if (repeat.Max is { } max)
                EmitOptional(repeat, max - repeat.Min);
            else
                EmitLoop(repeat);
        }
    }

    private void EmitOptional(PatternNode.Repeat repeat, int count)
    {
        var splits = new List<int>();
        for (int i = 0; i < count; i++)
        {
            splits.Add(Add(default));
            Emit(repeat.Body);
        }

        foreach (int split in splits)
            _program[split] = Choice(repeat.Mode, split + 1, _program.Count);
    }

    private void EmitLoop(PatternNode.Repeat repeat)
    {
        bool mayMatchNothing = repeat.Body.MinLength == 0;
        int slot = mayMatchNothing ? Slots++ : -1;
        int split = Add(default);
        if (mayMatchNothing)
            Add(new PatternInstruction(PatternOperation.Mark, slot));
        Emit(repeat.Body);
        int guard = mayMatchNothing ? Add(default) : -1;
        Add(new PatternInstruction(PatternOperation.Jump, split));
        if (mayMatchNothing)
            _program[guard] = new PatternInstruction(PatternOperation.RequireProgress, slot, _program.Count);
        _program[split] = Choice(repeat.Mode, split + 1, _program.Count);
    }

    private static PatternInstruction Choice(RepeatMode mode, int body, int exit) =>
        mode == RepeatMode.Lazy ? new PatternInstruction(PatternOperation.Split, exit, body) : new PatternInstruction(PatternOperation.Split, body, exit);
}
