using System.Runtime.InteropServices;

namespace Tidar.Kernels.Generated;

/// <summary>Arguments of a generated 4-bit kernel; generated code gets their address, so that one code serves every calling convention.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Int4TileArguments
{
    /// <summary>Prepared rows of <see cref="Matrices.Int4Matrix"/>.</summary>
    public byte* Rows;

    /// <summary>Bytes between rows.</summary>
    public nint Stride;

    /// <summary>Bytes from a row to its groups' scales and terms.</summary>
    public nint Terms;

    /// <summary>One panel: [Groups] records.</summary>
    public byte* Records;

    /// <summary>Groups of 32 along k; at least 1.</summary>
    public nint Groups;

    /// <summary>Results, [rows, 32].</summary>
    public float* Tile;

    /// <summary>What will be read next: brought nearer meanwhile, <see cref="PrefetchStep"/> bytes a group. Any address will do.</summary>
    public byte* Prefetch;

    /// <summary>At most a record.</summary>
    public nint PrefetchStep;
}
