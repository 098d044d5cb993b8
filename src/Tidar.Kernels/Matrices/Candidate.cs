namespace Tidar.Kernels.Matrices;

/// <summary>One of the largest results of a row so far.</summary>
/// <param name="Value">The result.</param>
/// <param name="Column">Its column; -1 where there is none yet.</param>
internal readonly record struct Candidate(float Value, int Column)
{
    /// <summary>Less than any number.</summary>
    public static Candidate None => new(float.NegativeInfinity, -1);

    /// <summary>Whether this one is to be preferred: larger, or as large in a lower column.</summary>
    public bool Beats(Candidate other) => Value > other.Value || (Value == other.Value && (uint)Column < (uint)other.Column);

    /// <summary>Takes its place in a list that is best first, whose last entry falls out; nothing happens where all are better.</summary>
    public unsafe void EnterInto(Candidate* list, int count)
    {
        int place = count;
        for (; place > 0 && Beats(list[place - 1]); place--)
        {
            if (place < count)
                list[place] = list[place - 1];
        }

        if (place < count)
            list[place] = this;
    }
}
