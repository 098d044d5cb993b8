namespace Tidar.Kernels.Generated;

/// <summary>The assembled <see cref="VectorTileCode"/> of one kind, placed once per process.</summary>
internal sealed unsafe class VectorKernels
{
    private readonly bool _bfloat16;
    private readonly bool _supported;
    private nint[]? _entries;

    private VectorKernels(bool bfloat16, bool supported)
    {
        _bfloat16 = bfloat16;
        _supported = supported && Environment.Is64BitProcess;
    }

    /// <summary>Signed activations, unsigned weights.</summary>
    public static VectorKernels Int8 { get; } = new(bfloat16: false, InstructionSets.Avx512Vnni);

    /// <summary>Pairs of bfloat16 values, the even one in the upper half.</summary>
    public static VectorKernels BFloat16 { get; } = new(bfloat16: true, InstructionSets.Avx512BFloat16);

    /// <summary>Whether this machine runs them: the processor has the instruction and the system allows generated code.</summary>
    public bool Available => Entries.Length > 0;

    /// <summary>One address a number of rows; empty where the code cannot run. Placed when first asked for: a run that trains nothing needs no bfloat16.</summary>
    internal nint[] Entries
    {
        get => _entries ??= Place(ExecutableMemory.TryPlace);
        set => _entries = value;
    }

    /// <summary>Multiplies any number of rows.</summary>
    public void Run(int rows, TileArguments arguments)
    {
        for (; rows > 0; rows -= VectorTileCode.MostRows)
        {
            int now = Math.Min(rows, VectorTileCode.MostRows);
            ((delegate* unmanaged[SuppressGCTransition]<TileArguments*, void>)Entries[now - 1])(&arguments);
            arguments.A += now * arguments.AStride;
            arguments.C += now * arguments.CStride;
        }
    }

    /// <summary>Assembles and places all of them, or none.</summary>
    internal nint[] Place(CodePlacer placer) =>
        _supported ? MachineCode.Place(placer, VectorTileCode.MostRows, i => VectorTileCode.Assemble(_bfloat16, i + 1, OperatingSystem.IsWindows())) : [];
}
