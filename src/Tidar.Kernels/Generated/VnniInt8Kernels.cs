namespace Tidar.Kernels.Generated;

/// <summary>The assembled <see cref="VnniInt8Code"/>, placed once per process.</summary>
internal static unsafe class VnniInt8Kernels
{
    /// <summary>One address a number of rows; empty where the code cannot run.</summary>
    internal static nint[] Entries { get; set; } = Place(ExecutableMemory.TryPlace);

    /// <summary>Whether this machine runs them: the processor has the instruction and the system allows generated code.</summary>
    public static bool Available => Entries.Length > 0;

    /// <summary>Runs the kernel for <paramref name="rows"/> rows, 1 … <see cref="VnniInt8Code.MostRows"/>.</summary>
    public static void Run(int rows, Int8TileArguments* arguments) =>
        ((delegate* unmanaged[SuppressGCTransition]<Int8TileArguments*, void>)Entries[rows - 1])(arguments);

    /// <summary>Assembles and places all of them, or none.</summary>
    internal static nint[] Place(CodePlacer placer)
    {
        if (!InstructionSets.Avx512Vnni || !Environment.Is64BitProcess)
            return [];
        nint[] entries = new nint[VnniInt8Code.MostRows];
        for (int rows = 1; rows <= entries.Length; rows++)
        {
            void* code = placer(VnniInt8Code.Assemble(rows, OperatingSystem.IsWindows()));
            if (code is null)
                return [];
            entries[rows - 1] = (nint)code;
        }

        return entries;
    }
}
