using Tidar.Kernels.Generated;
using Tidar.Kernels.Memory;
using static Iced.Intel.AssemblerRegisters;

namespace Tidar.Kernels.Tests.Emulation;

public sealed unsafe class PeakLoopTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_loops_keep_the_convention_and_stay_in_their_memory(bool windows)
    {
        using AlignedBuffer<byte> operands = new(PeakLoop.OperandBytes);
        byte* configuration = TileConfigurations.ForRows(32);
        foreach (byte[] code in new[]
        {
            PeakLoops.Vectors(windows, (c, a) => c.vpdpbusd(a, zmm0, zmm1)),
            PeakLoops.Tiles(windows, (c, s, a, b) => c.tdpbsud(s, a, b)),
            PeakLoops.Tiles(windows, (c, s, a, b) => c.tdpbf16ps(s, a, b)),
        })
        {
            // The very arguments that the hardware gets.
            PeakLoop.Arguments arguments = PeakLoop.ArgumentsFor(2, operands.Pointer);
            CallingConvention.Call(code, windows, &arguments, new EmulatedMemory()
                .Allow(&arguments, sizeof(PeakLoop.Arguments)).Allow(operands.Pointer, operands.Length).Allow(configuration, 64));
        }
    }
}
