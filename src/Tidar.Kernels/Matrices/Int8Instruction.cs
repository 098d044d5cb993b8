namespace Tidar.Kernels.Matrices;

/// <summary>The ways of computing int8 products, slowest first; all give the same integers.</summary>
internal enum Int8Instruction
{
    /// <summary>128-bit vectors of whatever processor .NET runs on.</summary>
    Portable,

    /// <summary>Bytes widened to 16 bits, 256-bit vectors.</summary>
    Avx2,

    /// <summary>256-bit <c>vpdpbusd</c>, an intrinsic of .NET.</summary>
    AvxVnni,

    /// <summary>512-bit <c>vpdpbusd</c>, generated.</summary>
    Vnni512,

    /// <summary>AMX <c>tdpbsud</c>, generated.</summary>
    Tiles,
}
