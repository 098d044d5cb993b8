using System.Runtime.InteropServices;

namespace Tidar.Kernels.Generated;

/// <summary>One placed loop of <see cref="PeakLoops"/>.</summary>
/// <param name="Code">Address of the code; its argument is the address of <see cref="Arguments"/>.</param>
/// <param name="OperationsPerIteration">Operations of one iteration; a multiply-add counts as two.</param>
internal readonly record struct PeakLoop(nint Code, long OperationsPerIteration)
{
    /// <summary>Bytes that <see cref="Arguments.Operands"/> points at.</summary>
    public const int OperandBytes = 1024;

    /// <summary>Runs the loop, <paramref name="iterations"/> times, on <see cref="OperandBytes"/> bytes of operands.</summary>
    public unsafe void Run(nint iterations, byte* operands)
    {
        Arguments arguments = ArgumentsFor(iterations, operands);
        ((delegate* unmanaged<Arguments*, void>)Code)(&arguments);
    }

    /// <summary>What the code is called with.</summary>
    internal static unsafe Arguments ArgumentsFor(nint iterations, byte* operands) =>
        new() { Iterations = iterations, Operands = operands, Configuration = TileConfigurations.ForRows(2 * AmxTileCode.TileRows) };

    /// <summary>What a loop is called with.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct Arguments
    {
        /// <summary>Iterations, at least 1.</summary>
        public nint Iterations;

        /// <summary>Operands of the dot products, <see cref="OperandBytes"/> bytes.</summary>
        public byte* Operands;

        /// <summary>Configuration of full tiles.</summary>
        public byte* Configuration;
    }
}
