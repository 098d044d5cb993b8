namespace Tidar.Decoding.Engine;

/// <summary>Which outcomes of a verification are drafted in the verifying pass itself. The text is the same in every mode.</summary>
public enum TidarMode
{
    /// <summary>Sparse where outcomes are named; else the planner chooses step by step, or, without one, fused.</summary>
    Auto,

    /// <summary>All of them: the paper's step, K + K² rows.</summary>
    Fused,

    /// <summary>None: a verifying pass of K rows, then a drafting pass of K + 1.</summary>
    TwoPass,

    /// <summary>Those named; a drafting pass where another happens.</summary>
    Sparse,
}
