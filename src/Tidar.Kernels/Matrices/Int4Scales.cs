namespace Tidar.Kernels.Matrices;

/// <summary>How the grid w = scale · level + minimum of 4-bit weights is stored: per output and group of 32 inputs, level 0 … 15. Later ones can hold what earlier ones hold.</summary>
public enum Int4Scales
{
    /// <summary>A half-precision scale; the minimum is -8 · scale, as in GGUF's Q4_0. 4.5 bits a weight.</summary>
    HalfSymmetric,

    /// <summary>Scale and minimum in half precision, as in GGUF's Q4_1. 5 bits a weight.</summary>
    Half,

    /// <summary>Scale and minimum in float32, which holds the products of GGUF's Q4_K exactly. 6 bits a weight.</summary>
    Single,
}
