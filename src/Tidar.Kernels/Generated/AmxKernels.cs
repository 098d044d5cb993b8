namespace Tidar.Kernels.Generated;

/// <summary>The assembled <see cref="AmxTileCode"/>, placed once per process.</summary>
internal static unsafe class AmxKernels
{
    private const int PairRows = 2 * AmxTileCode.TileRows;

    /// <summary>int8 for one and two tiles of rows, then bfloat16; empty where the code cannot run.</summary>
    internal static nint[] Entries { get; set; } = Processor.Best == KernelTier.Amx ? Place(ExecutableMemory.TryPlace) : [];

    /// <summary>Runs the code in place of the processor, for tests on machines without tiles.</summary>
    internal static TileCall? Emulator { get; set; }

    /// <summary>Whether this machine runs them: the processor has tiles, and the system allows them and generated code.</summary>
    public static bool Available => Entries.Length > 0 || Emulator is not null;

    /// <summary>Multiplies any number of rows.</summary>
    public static void Run(bool bfloat16, int rows, TileArguments arguments)
    {
        while (rows > 0)
        {
            int rowTiles = Prepare(ref arguments, ref rows);
            if (Emulator is { } emulator)
                emulator(bfloat16, rowTiles, &arguments);
            else
                ((delegate* unmanaged[SuppressGCTransition]<TileArguments*, void>)Entries[(bfloat16 ? 2 : 0) + rowTiles - 1])(&arguments);
        }
    }

    /// <summary>Assembles and places all of them, or none.</summary>
    internal static nint[] Place(CodePlacer placer) =>
        MachineCode.Place(placer, 4, static i => AmxTileCode.Assemble(bfloat16: i >= 2, rowTiles: (i % 2) + 1, OperatingSystem.IsWindows()));

    /// <summary>
    /// Prepares the next call for the first of <paramref name="rows"/> and takes them off: full blocks of 32 rows in one call, the rest in another with a configuration of its own. The code itself
    /// moves A and C on behind full blocks.
    /// </summary>
    /// <returns>The tiles of rows (1 or 2) of the code to call.</returns>
    internal static int Prepare(ref TileArguments arguments, ref int rows)
    {
        arguments.Blocks = Math.Max(1, rows / PairRows);
        int now = rows >= PairRows ? PairRows : rows;
        arguments.Configuration = TileConfigurations.ForRows(now);
        rows = rows >= PairRows ? rows % PairRows : 0;
        return now > AmxTileCode.TileRows ? 2 : 1;
    }

    /// <summary>One call of the code for <paramref name="rowTiles"/> tiles of rows.</summary>
    internal delegate void TileCall(bool bfloat16, int rowTiles, TileArguments* arguments);
}
