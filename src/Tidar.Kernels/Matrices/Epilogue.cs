namespace Tidar.Kernels.Matrices;

/// <summary>What a multiplication does with its results while they are in the nearest cache, instead of a pass of its own over them.</summary>
public enum Epilogue
{
    /// <summary>y = result.</summary>
    Store,

    /// <summary>y += result: a residual stream.</summary>
    Add,

    /// <summary>
    /// y = silu(gate) · up. Rows of the matrix come in 32s, 16 of the gate and then the 16 of the up projection that belong to them, so that both meet in one panel
    /// (<see cref="GatedRows"/>); y is half as wide as the result.
    /// </summary>
    SwiGlu,
}
