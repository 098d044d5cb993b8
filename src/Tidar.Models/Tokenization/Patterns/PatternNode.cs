using Tidar.Models.Tokenization.Text;

namespace Tidar.Models.Tokenization.Patterns;

/// <summary>A node of a parsed regular expression.</summary>
internal abstract record PatternNode
{
    /// <summary>Fewest code points the node can match.</summary>
    public abstract int MinLength { get; }

    /// <summary>Most code points the node can match; null where unbounded.</summary>
    public abstract int? MaxLength { get; }

    /// <summary>Code points a match can begin with; null where it may match nothing, and so begin with what follows.</summary>
    public abstract CodePointSet? First { get; }

    private static int? Sum(IEnumerable<int?> lengths) => lengths.Aggregate((int?)0, static (a, b) => a + b);

    private static int Saturated(long value) => (int)Math.Min(value, int.MaxValue / 2);

    /// <summary>One code point of a set.</summary>
    public sealed record One(CodePointSet Set) : PatternNode
    {
        public override int MinLength => 1;
        public override int? MaxLength => 1;
        public override CodePointSet? First => Set;
    }

    /// <summary>The parts one after another.</summary>
    public sealed record Sequence(IReadOnlyList<PatternNode> Parts) : PatternNode
    {
        public override int MinLength { get; } = Saturated(Parts.Sum(static p => (long)p.MinLength));
        public override int? MaxLength { get; } = Sum(Parts.Select(static p => p.MaxLength));
        public override CodePointSet? First { get; } = FirstOf(Parts);

        private static CodePointSet? FirstOf(IReadOnlyList<PatternNode> parts)
        {
            CodePointSet set = CodePointSet.Empty;
            foreach (PatternNode part in parts)
            {
                if (part is Assertion or Look)
                    continue;
                if (part.First is { } first)
                    return set.Union(first);
                if (part is not Repeat { Body.First: { } optional })
                    return null;
                set = set.Union(optional);
            }

            return null;
        }
    }

    /// <summary>The first alternative that lets the whole match.</summary>
    public sealed record Alternatives(IReadOnlyList<PatternNode> Choices) : PatternNode
    {
        public override int MinLength { get; } = Choices.Min(static c => c.MinLength);
        public override int? MaxLength { get; } = Choices.Aggregate((int?)0, static (a, c) => a is { } x && c.MaxLength is { } y ? Math.Max(x, y) : null);
        public override CodePointSet? First { get; } = Choices.Any(static c => c.First is null)
            ? null
            : CodePointSet.OfRanges(Choices.SelectMany(static c => c.First!.Ranges));
    }

    /// <summary>Between <paramref name="Min"/> and <paramref name="Max"/> (null: any number) times.</summary>
    public sealed record Repeat(PatternNode Body, int Min, int? Max, RepeatMode Mode) : PatternNode
    {
        public override int MinLength { get; } = Saturated((long)Min * Body.MinLength);
        public override int? MaxLength { get; } = Body.MaxLength == 0 ? 0 : Max is { } max && Body.MaxLength is { } one ? Saturated((long)max * one) : null;
        public override CodePointSet? First => Min > 0 ? Body.First : null;
    }

    /// <summary>A group that, once matched, gives nothing back: <c>(?&gt;…)</c>.</summary>
    public sealed record Atomic(PatternNode Body) : PatternNode
    {
        public override int MinLength => Body.MinLength;
        public override int? MaxLength => Body.MaxLength;
        public override CodePointSet? First => Body.First;
    }

    /// <summary>Look-ahead or look-behind; matches nothing itself.</summary>
    public sealed record Look(PatternNode Body, bool Behind, bool Negative) : PatternNode
    {
        public override int MinLength => 0;
        public override int? MaxLength => 0;
        public override CodePointSet? First => null;
    }

    /// <summary>A position such as the start of a line.</summary>
    public sealed record Assertion(AssertionKind Kind) : PatternNode
    {
        public override int MinLength => 0;
        public override int? MaxLength => 0;
        public override CodePointSet? First => null;
    }
}
