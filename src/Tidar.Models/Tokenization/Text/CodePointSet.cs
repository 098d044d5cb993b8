namespace Tidar.Models.Tokenization.Text;

/// <summary>An immutable set of code points: sorted ranges, and a bitmap of the basic plane for constant-time membership.</summary>
internal sealed class CodePointSet
{
    private readonly int[] _starts;
    private readonly int[] _ends;
    private ulong[]? _plane0;

    private CodePointSet(List<(int Start, int End)> merged)
    {
        _starts = new int[merged.Count];
        _ends = new int[merged.Count];
        for (int i = 0; i < merged.Count; i++)
            (_starts[i], _ends[i]) = merged[i];
    }

    /// <summary>The empty set.</summary>
    public static CodePointSet Empty { get; } = new([]);

    /// <summary>Every code point.</summary>
    public static CodePointSet All { get; } = OfRanges([(0, CodePoints.Limit - 1)]);

    /// <summary>No member.</summary>
    public bool IsEmpty => _starts.Length == 0;

    /// <summary>The members as ascending, separate, inclusive ranges.</summary>
    public IEnumerable<(int Start, int End)> Ranges
    {
        get
        {
            for (int i = 0; i < _starts.Length; i++)
                yield return (_starts[i], _ends[i]);
        }
    }

    /// <summary>The members, ascending.</summary>
    public IEnumerable<int> Members => Ranges.SelectMany(r => Enumerable.Range(r.Start, r.End - r.Start + 1));

    /// <summary>A set of one code point.</summary>
    public static CodePointSet Of(int codePoint) => OfRanges([(codePoint, codePoint)]);

    /// <summary>The set of the given code points.</summary>
    public static CodePointSet Of(IEnumerable<int> codePoints) => OfRanges(codePoints.Select(c => (c, c)));

    /// <summary>The union of inclusive ranges, in any order, overlapping or not.</summary>
    public static CodePointSet OfRanges(IEnumerable<(int Start, int End)> ranges)
    {
        var merged = new List<(int Start, int End)>();
        foreach ((int start, int end) in ranges.OrderBy(r => r.Start))
        {
            if (merged.Count > 0 && start <= merged[^1].End + 1)
                merged[^1] = (merged[^1].Start, Math.Max(merged[^1].End, end));
            else
                merged.Add((start, end));
        }

        return new CodePointSet(merged);
    }

    /// <summary>Whether a UTF-16 unit that is no surrogate is a member.</summary>
    public bool ContainsUnit(char unit) => ((_plane0 ?? BuildPlane0())[unit >> 6] >> unit & 1) != 0;

    /// <summary>Whether a code point is a member.</summary>
    public bool Contains(int codePoint)
    {
        if (codePoint < 0x10000)
            return ContainsUnit((char)codePoint);
        int at = Array.BinarySearch(_starts, codePoint);
        return at >= 0 || (at != -1 && codePoint <= _ends[~at - 1]);
    }

    public CodePointSet Union(CodePointSet other) => OfRanges(Ranges.Concat(other.Ranges));

    public CodePointSet Complement()
    {
        var gaps = new List<(int, int)>();
        int next = 0;
        foreach ((int start, int end) in Ranges)
        {
            if (start > next)
                gaps.Add((next, start - 1));
            next = end + 1;
        }

        if (next < CodePoints.Limit)
            gaps.Add((next, CodePoints.Limit - 1));
        return new CodePointSet(gaps);
    }

    public CodePointSet Intersect(CodePointSet other) => Complement().Union(other.Complement()).Complement();

    public CodePointSet Except(CodePointSet other) => Intersect(other.Complement());

    /// <summary>The set closed under simple case folding: with every member, all code points that fold alike.</summary>
    public CodePointSet CloseOverCase()
    {
        if (IsEmpty || Equals(this, All))
            return this;
        var added = new List<(int, int)>();
        foreach ((int codePoint, int[] variants) in UnicodeData.CaseVariants)
        {
            if (!Contains(codePoint))
                continue;
            foreach (int v in variants)
                added.Add((v, v));
        }

        return OfRanges(Ranges.Concat(added));
    }

    // Built on first use: most sets only exist while an expression is parsed.
    private ulong[] BuildPlane0()
    {
        ulong[] bits = new ulong[0x10000 / 64];
        foreach ((int start, int end) in Ranges)
        {
            for (int c = start; c <= Math.Min(end, 0xFFFF); c++)
                bits[c >> 6] |= 1UL << c;
        }

        return _plane0 = bits;
    }
}
