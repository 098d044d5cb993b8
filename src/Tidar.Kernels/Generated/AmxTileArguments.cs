using System.Runtime.InteropServices;

namespace Tidar.Kernels.Generated;

/// <summary>Arguments of a generated tile kernel; the code moves <see cref="A"/>, <see cref="C"/> and <see cref="Blocks"/> on.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct AmxTileArguments
{
    /// <summary>Rows of activations: row r at A + r · AStride, 64 · Steps bytes each.</summary>
    public byte* A;

    /// <summary>Bytes between rows of A.</summary>
    public nint AStride;

    /// <summary>One panel of weights, 128 bytes (32 columns of 4) for every 4 bytes of an activation row.</summary>
    public byte* Weights;

    /// <summary>Tiles along k, of 64 bytes of an activation row; at least 1.</summary>
    public nint Steps;

    /// <summary>Sums, 32-bit: row r at C + r · CStride, 32 columns.</summary>
    public byte* C;

    /// <summary>Bytes between rows of C.</summary>
    public nint CStride;

    /// <summary>Blocks of rows, each of the configuration's rows; at least 1. More than one only in full blocks.</summary>
    public nint Blocks;

    /// <summary>The tile configuration, 64 bytes.</summary>
    public byte* Configuration;

    /// <summary>Not 0: the sums are added to what C holds.</summary>
    public nint Accumulate;

    /// <summary>What will be read next, as many bytes as <see cref="Weights"/>: brought nearer while this panel is multiplied. Any address will do.</summary>
    public byte* Prefetch;
}
