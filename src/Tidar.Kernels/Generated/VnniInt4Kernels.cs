using Tidar.Kernels.Matrices;

namespace Tidar.Kernels.Generated;

/// <summary>The assembled <see cref="VnniInt4Code"/>, placed once per process.</summary>
internal static unsafe class VnniInt4Kernels
{
    /// <summary>One address a kind of scales and number of rows; empty where the code cannot run.</summary>
    internal static nint[] Entries { get; set; } = Place(ExecutableMemory.TryPlace);

    /// <summary>Whether this machine runs them: the processor has the instruction and the system allows generated code.</summary>
    public static bool Available => Entries.Length > 0;

    /// <summary>Runs the kernel for <paramref name="rows"/> rows, 1 … <see cref="VnniInt4Code.MostRows"/>.</summary>
    public static void Run(Int4Scales scales, int rows, Int4TileArguments* arguments) =>
        ((delegate* unmanaged[SuppressGCTransition]<Int4TileArguments*, void>)Entries[((int)scales * VnniInt4Code.MostRows) + rows - 1])(arguments);

    /// <summary>Assembles and places all of them, or none.</summary>
    internal static nint[] Place(CodePlacer placer) => InstructionSets.Avx512Vnni && Environment.Is64BitProcess
        ? MachineCode.Place(
            placer,
            Enum.GetValues<Int4Scales>().Length * VnniInt4Code.MostRows,
            static i => VnniInt4Code.Assemble((i % VnniInt4Code.MostRows) + 1, (Int4Scales)(i / VnniInt4Code.MostRows), OperatingSystem.IsWindows()))
        : [];
}
