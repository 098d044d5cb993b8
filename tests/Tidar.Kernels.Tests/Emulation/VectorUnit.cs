using System.Runtime.InteropServices;
using Iced.Intel;

namespace Tidar.Kernels.Tests.Emulation;

/// <summary>Vector instructions without masks, at 128, 256 and 512 bits. What a shorter form does not write of its register becomes zero.</summary>
internal sealed class VectorUnit(EmulatedMachine machine)
{
    private const int RegisterBytes = 64;

    /// <summary>Executes one instruction; false where it is not a vector instruction that we emit.</summary>
    public bool Execute(Instruction instruction)
    {
        if (instruction.Mnemonic == Mnemonic.Vzeroupper)
        {
            for (int r = 0; r < 16; r++)
                machine.Vectors[r].AsSpan(16).Clear();
            return true;
        }

        if (instruction.HasOpMask || instruction.RoundingControl != RoundingControl.None)
            return false;
        if (instruction.Mnemonic is Mnemonic.Vmovdqu8 or Mnemonic.Vmovdqu16 or Mnemonic.Vmovdqu32 or Mnemonic.Vmovups)
        {
            Move(instruction);
            return true;
        }

        if (instruction.Op0Kind != OpKind.Register || !instruction.Op0Register.IsVectorRegister())
            return false;
        Span<byte> result = stackalloc byte[RegisterBytes];
        result.Clear();
        if (!Calculate(instruction, result[..instruction.Op0Register.GetSize()]))
            return false;
        result.CopyTo(machine.Vectors[EmulatedMachine.Index(instruction.Op0Register)]);
        return true;
    }

    private void Move(Instruction instruction)
    {
        if (instruction.Op0Kind == OpKind.Memory)
        {
            int size = instruction.Op1Register.GetSize();
            machine.Vectors[EmulatedMachine.Index(instruction.Op1Register)].AsSpan(0, size).CopyTo(machine.Memory.At(machine.Address(instruction), size, write: true));
            return;
        }

        Span<byte> target = machine.Vectors[EmulatedMachine.Index(instruction.Op0Register)];
        int bytes = instruction.Op0Register.GetSize();
        Span<byte> source = stackalloc byte[RegisterBytes];
        Operand(instruction, 1, source[..bytes]);
        target.Clear();
        source[..bytes].CopyTo(target);
    }

    private bool Calculate(Instruction instruction, Span<byte> result)
    {
        Span<byte> a = stackalloc byte[RegisterBytes], b = stackalloc byte[RegisterBytes];
        a = a[..result.Length];
        b = b[..result.Length];
        Span<byte> old = machine.Vectors[EmulatedMachine.Index(instruction.Op0Register)].AsSpan(0, result.Length);
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Vpbroadcastd or Mnemonic.Vbroadcastss:
                Broadcast(instruction, result);
                return true;
            case Mnemonic.Vcvtph2ps:
                a = a[..(result.Length / 2)];
                Operand(instruction, 1, a);
                for (int i = 0; i < result.Length / 4; i++)
                    MemoryMarshal.Cast<byte, float>(result)[i] = (float)MemoryMarshal.Cast<byte, Half>(a)[i];
                return true;
            case Mnemonic.Vcvtneps2bf16:
                Span<byte> wide = stackalloc byte[RegisterBytes];
                wide = wide[..instruction.Op1Register.GetSize()];
                Operand(instruction, 1, wide);
                BFloat16Arithmetic.Round(MemoryMarshal.Cast<byte, uint>(wide), MemoryMarshal.Cast<byte, ushort>(result));
                return true;
            case Mnemonic.Vcvtdq2ps:
                Operand(instruction, 1, a);
                for (int i = 0; i < result.Length / 4; i++)
                    MemoryMarshal.Cast<byte, float>(result)[i] = MemoryMarshal.Cast<byte, int>(a)[i];
                return true;
        }

        if (instruction.OpCount != 3)
            return false;
        Operand(instruction, 1, a);
        if (instruction.Op2Kind == OpKind.Immediate8)
            return Shift(instruction, a, result);
        Operand(instruction, 2, b);
        return Integers(instruction.Mnemonic, old, a, b, result) || Floats(instruction.Mnemonic, old, a, b, result);
    }

    private static bool Shift(Instruction instruction, ReadOnlySpan<byte> a, Span<byte> result)
    {
        int count = instruction.Immediate8;
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Vpsrlw:
                for (int i = 0; i < result.Length / 2; i++)
                    MemoryMarshal.Cast<byte, ushort>(result)[i] = count > 15 ? (ushort)0 : (ushort)(MemoryMarshal.Cast<byte, ushort>(a)[i] >> count);
                return true;
            case Mnemonic.Vpsrld or Mnemonic.Vpslld:
                for (int i = 0; i < result.Length / 4; i++)
                {
                    uint value = MemoryMarshal.Cast<byte, uint>(a)[i];
                    MemoryMarshal.Cast<byte, uint>(result)[i] = count > 31 ? 0 : instruction.Mnemonic == Mnemonic.Vpsrld ? value >> count : value << count;
                }

                return true;
            default:
                return false;
        }
    }

    private static bool Integers(Mnemonic mnemonic, ReadOnlySpan<byte> old, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Span<byte> result)
    {
        ReadOnlySpan<int> x = MemoryMarshal.Cast<byte, int>(a), y = MemoryMarshal.Cast<byte, int>(b), sums = MemoryMarshal.Cast<byte, int>(old);
        Span<int> target = MemoryMarshal.Cast<byte, int>(result);
        for (int i = 0; i < target.Length; i++)
        {
            switch (mnemonic)
            {
                case Mnemonic.Vpxord or Mnemonic.Vpxorq or Mnemonic.Vpxor:
                    target[i] = x[i] ^ y[i];
                    break;
                case Mnemonic.Vpandd or Mnemonic.Vpandq or Mnemonic.Vpand:
                    target[i] = x[i] & y[i];
                    break;
                case Mnemonic.Vpord or Mnemonic.Vporq or Mnemonic.Vpor:
                    target[i] = x[i] | y[i];
                    break;
                case Mnemonic.Vpaddd:
                    target[i] = x[i] + y[i];
                    break;
                case Mnemonic.Vpsubd:
                    target[i] = x[i] - y[i];
                    break;
                case Mnemonic.Vpdpbusd: // unsigned bytes of the second operand, signed ones of the third, wrapping 32-bit sums
                    target[i] = sums[i];
                    for (int j = 4 * i; j < (4 * i) + 4; j++)
                        target[i] += a[j] * (sbyte)b[j];
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    private static bool Floats(Mnemonic mnemonic, ReadOnlySpan<byte> old, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Span<byte> result)
    {
        ReadOnlySpan<float> x = MemoryMarshal.Cast<byte, float>(a), y = MemoryMarshal.Cast<byte, float>(b), z = MemoryMarshal.Cast<byte, float>(old);
        Span<float> target = MemoryMarshal.Cast<byte, float>(result);
        if (mnemonic == Mnemonic.Vcvtne2ps2bf16)
        {
            // The third operand gives the lower half (SDM, VCVTNE2PS2BF16).
            BFloat16Arithmetic.Round(MemoryMarshal.Cast<byte, uint>(b), MemoryMarshal.Cast<byte, ushort>(result[..(result.Length / 2)]));
            BFloat16Arithmetic.Round(MemoryMarshal.Cast<byte, uint>(a), MemoryMarshal.Cast<byte, ushort>(result[(result.Length / 2)..]));
            return true;
        }

        for (int i = 0; i < target.Length; i++)
        {
            switch (mnemonic)
            {
                case Mnemonic.Vmulps:
                    target[i] = x[i] * y[i];
                    break;
                case Mnemonic.Vaddps:
                    target[i] = x[i] + y[i];
                    break;
                case Mnemonic.Vsubps:
                    target[i] = x[i] - y[i];
                    break;
                case Mnemonic.Vfmadd231ps: // first = second · third + first
                    target[i] = FloatArithmetic.MultiplyAdd(x[i], y[i], z[i]);
                    break;
                case Mnemonic.Vfmadd213ps: // first = second · first + third
                    target[i] = FloatArithmetic.MultiplyAdd(x[i], z[i], y[i]);
                    break;
                case Mnemonic.Vdpbf16ps:
                    target[i] = BFloat16Arithmetic.DotProduct(z[i], MemoryMarshal.Cast<byte, uint>(a)[i], MemoryMarshal.Cast<byte, uint>(b)[i]);
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    private void Broadcast(Instruction instruction, Span<byte> result)
    {
        Span<byte> value = stackalloc byte[4];
        if (instruction.Op1Kind == OpKind.Memory)
            machine.Memory.At(machine.Address(instruction), 4, write: false).CopyTo(value);
        else if (instruction.Op1Register.IsVectorRegister())
            machine.Vectors[EmulatedMachine.Index(instruction.Op1Register)].AsSpan(0, 4).CopyTo(value);
        else
            BitConverter.TryWriteBytes(value, (uint)machine.General[EmulatedMachine.Index(instruction.Op1Register)]);
        for (int i = 0; i < result.Length; i++)
            result[i] = value[i % 4];
    }

    // A source: a register, memory, or 32 bits of memory for every lane.
    private void Operand(Instruction instruction, int operand, Span<byte> target)
    {
        if (instruction.GetOpKind(operand) == OpKind.Register)
        {
            machine.Vectors[EmulatedMachine.Index(instruction.GetOpRegister(operand))].AsSpan(0, target.Length).CopyTo(target);
            return;
        }

        if (instruction.GetOpKind(operand) != OpKind.Memory)
            throw new EmulationFault($"no meaning is given to: {instruction}");
        int bytes = instruction.IsBroadcast ? 4 : target.Length;
        Span<byte> source = machine.Memory.At(machine.Address(instruction), bytes, write: false);
        for (int i = 0; i < target.Length; i++)
            target[i] = source[i % bytes];
    }
}
