using System.Runtime.InteropServices;

namespace Tidar.Kernels.Generated;

/// <summary>One placed loop of <see cref="PeakLoops"/>.</summary>
/// <param name="Code">Address of the code; its argument is the address of <see cref="Arguments"/>.</param>
/// <param name="OperationsPerIteration">Operations of one iteration; a multiply-add counts as two.</param>
internal readonly record struct PeakLoop(nint Code, long OperationsPerIteration)
{
    /// <summary>Bytes that <see cref="Arguments.Operands"/> points at.</summary>
    public const int OperandBytes = 1024;

    /// <summary>Runs the loop.</summary>
    public unsafe void Run(Arguments* arguments) => ((delegate* unmanaged<Arguments*, void>)Code)(arguments);

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
