namespace Tidar.Kernels.Matrices;

/// <summary>The largest result of a row so far.</summary>
/// <param name="Value">The result.</param>
/// <param name="Column">Its column; -1 where there is none yet.</param>
internal readonly record struct Candidate(float Value, int Column)
{
    /// <summary>Less than any number.</summary>
    public static Candidate None => new(float.NegativeInfinity, -1);

    /// <summary>Whether this one is to be preferred: larger, or as large in a lower column.</summary>
    public bool Beats(Candidate other) => Value > other.Value || (Value == other.Value && (uint)Column < (uint)other.Column);
}
