using System.Runtime.InteropServices;

namespace Tidar.Kernels.Generated;

/// <summary>Arguments of a generated int8 kernel; generated code gets their address, so that one code serves every calling convention.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Int8TileArguments
{
    /// <summary>Activations, signed: row r at Activations + r · ActivationStride, 4 · Groups bytes each.</summary>
    public sbyte* Activations;

    /// <summary>Bytes between rows of activations.</summary>
    public nint ActivationStride;

    /// <summary>One panel of weights, unsigned (value + 128): [Groups][32 columns][4].</summary>
    public byte* Weights;

    /// <summary>Groups of 4 along k; at least 1.</summary>
    public nint Groups;

    /// <summary>Sums, [rows, 32].</summary>
    public int* Sums;

    /// <summary>What will be read next, as many bytes as <see cref="Weights"/>: brought nearer while this panel is multiplied. Any address will do.</summary>
    public byte* Prefetch;
}
