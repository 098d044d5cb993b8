using Iced.Intel;

namespace Tidar.Kernels.Generated;

/// <summary>From an assembler to bytes. All our code is relative to itself, so it runs wherever it is placed.</summary>
internal static class MachineCode
{
    /// <summary>The assembled bytes.</summary>
    public static byte[] Bytes(Assembler assembler)
    {
        using MemoryStream stream = new();
        assembler.Assemble(new StreamCodeWriter(stream), rip: 0);
        return stream.ToArray();
    }
}
