using System.Runtime.InteropServices;

namespace Tidar.Kernels.Generated;

/// <summary>
/// Arguments of a generated kernel, rows of activations × one panel of 32 columns; generated code gets their address, so that one code serves every calling convention. "Group" is 4 bytes along k: 4 int8 or 2 bfloat16
/// values.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TileArguments
{
    /// <summary>Activations: row r at A + r · AStride, 4 · Groups bytes each. Tile code moves it on.</summary>
    public byte* A;

    /// <summary>Bytes between rows of A.</summary>
    public nint AStride;

    /// <summary>One panel of weights: [Groups][32 columns][4 bytes].</summary>
    public byte* Weights;

    /// <summary>Groups along k, at least 1; for tile code a multiple of 16.</summary>
    public nint Groups;

    /// <summary>Sums, 32-bit: row r at C + r · CStride, 32 columns. Tile code moves it on.</summary>
    public byte* C;

    /// <summary>Bytes between rows of C.</summary>
    public nint CStride;

    /// <summary>Not 0: the sums are added to what C holds.</summary>
    public nint Accumulate;

    /// <summary>What will be read next: brought nearer while this panel is multiplied; by tile code as many bytes as <see cref="Weights"/>. Any address will do.</summary>
    public byte* Prefetch;

    /// <summary>For tile code: blocks of rows, each of the configuration's rows; at least 1. More than one only in full blocks.</summary>
    public nint Blocks;

    /// <summary>For tile code: the tile configuration, 64 bytes.</summary>
    public byte* Configuration;

    /// <summary>For vector code: bytes by which <see cref="Prefetch"/> moves on with a group; at most 128.</summary>
    public nint PrefetchStep;
}
