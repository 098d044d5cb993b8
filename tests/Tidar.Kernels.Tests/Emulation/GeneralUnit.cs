using System.Buffers.Binary;
using Iced.Intel;

namespace Tidar.Kernels.Tests.Emulation;

/// <summary>Moves, integer arithmetic, flags and jumps.</summary>
internal sealed class GeneralUnit(EmulatedMachine machine)
{
    private bool _zero;
    private bool _sign;
    private bool _carry;
    private bool _overflow;

    /// <summary>Executes one instruction and returns where the next is, or null where another unit must know it.</summary>
    public ulong? Execute(Instruction instruction)
    {
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Mov:
                Write(instruction, Read(instruction, 1));
                break;
            case Mnemonic.Lea:
                Write(instruction, machine.Address(instruction));
                break;
            case Mnemonic.Add or Mnemonic.Sub or Mnemonic.Cmp or Mnemonic.And or Mnemonic.Or or Mnemonic.Xor or Mnemonic.Test:
                Calculate(instruction);
                break;
            case Mnemonic.Inc or Mnemonic.Dec:
                Step(instruction);
                break;
            case Mnemonic.Shl or Mnemonic.Shr:
                Shift(instruction);
                break;
            case Mnemonic.Push:
                Push(Read(instruction, 0));
                break;
            case Mnemonic.Pop:
                Write(instruction, Pop());
                break;
            case Mnemonic.Ret:
                return Pop();
            case Mnemonic.Jmp:
                return instruction.NearBranchTarget;
            case Mnemonic.Prefetcht0 or Mnemonic.Prefetcht1:
                break; // a hint: it never faults
            default:
                if (instruction.ConditionCode == ConditionCode.None || !instruction.IsJccShortOrNear)
                    return null;
                return Holds(instruction.ConditionCode) ? instruction.NearBranchTarget : instruction.NextIP;
        }

        return instruction.NextIP;
    }

    public void Push(ulong value)
    {
        ref ulong top = ref machine.General[EmulatedMachine.Index(Register.RSP)];
        top -= 8;
        BinaryPrimitives.WriteUInt64LittleEndian(machine.Memory.At(top, 8, write: true), value);
    }

    private ulong Pop()
    {
        ref ulong top = ref machine.General[EmulatedMachine.Index(Register.RSP)];
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(machine.Memory.At(top, 8, write: false));
        top += 8;
        return value;
    }

    private void Calculate(Instruction instruction)
    {
        int bits = 8 * Size(instruction, 0);
        ulong a = Read(instruction, 0), b = Read(instruction, 1), mask = Mask(bits);
        ulong result = mask & (instruction.Mnemonic switch
        {
            Mnemonic.Add => a + b,
            Mnemonic.Sub or Mnemonic.Cmp => a - b,
            Mnemonic.Or => a | b,
            Mnemonic.Xor => a ^ b,
            _ => a & b,
        });
        (bool signA, bool signB, bool signResult) = (Sign(a, bits), Sign(b, bits), Sign(result, bits));
        (_carry, _overflow) = instruction.Mnemonic switch
        {
            Mnemonic.Add => (result < (a & mask), signA == signB && signResult != signA),
            Mnemonic.Sub or Mnemonic.Cmp => ((a & mask) < (b & mask), signA != signB && signResult != signA),
            _ => (false, false),
        };
        (_zero, _sign) = (result == 0, signResult);
        if (instruction.Mnemonic is not (Mnemonic.Cmp or Mnemonic.Test))
            Write(instruction, result);
    }

    private void Step(Instruction instruction)
    {
        int bits = 8 * Size(instruction, 0);
        bool up = instruction.Mnemonic == Mnemonic.Inc;
        ulong result = Mask(bits) & (Read(instruction, 0) + (up ? 1 : ulong.MaxValue));
        (_zero, _sign, _overflow) = (result == 0, Sign(result, bits), result == (up ? 1UL << (bits - 1) : (1UL << (bits - 1)) - 1));
        Write(instruction, result);
    }

    private void Shift(Instruction instruction)
    {
        int bits = 8 * Size(instruction, 0), count = (int)Read(instruction, 1) & (bits == 64 ? 63 : 31);
        if (count == 0)
            return;
        bool left = instruction.Mnemonic == Mnemonic.Shl;
        ulong value = Read(instruction, 0), result = Mask(bits) & (left ? value << count : value >> count);
        (_zero, _sign, _carry) = (result == 0, Sign(result, bits), ((value >> (left ? bits - count : count - 1)) & 1) != 0);
        Write(instruction, result);
    }

    private bool Holds(ConditionCode condition) => condition switch
    {
        ConditionCode.e => _zero,
        ConditionCode.ne => !_zero,
        ConditionCode.s => _sign,
        ConditionCode.ns => !_sign,
        ConditionCode.b => _carry,
        ConditionCode.ae => !_carry,
        ConditionCode.be => _carry || _zero,
        ConditionCode.a => !_carry && !_zero,
        ConditionCode.l => _sign != _overflow,
        ConditionCode.ge => _sign == _overflow,
        ConditionCode.le => _zero || _sign != _overflow,
        ConditionCode.g => !_zero && _sign == _overflow,
        _ => throw new EmulationFault($"no meaning is given to condition {condition}"),
    };

    private ulong Read(Instruction instruction, int operand)
    {
        switch (instruction.GetOpKind(operand))
        {
            case OpKind.Register:
                Register register = instruction.GetOpRegister(operand);
                return machine.General[General(register, instruction)] & Mask(8 * register.GetSize());
            case OpKind.Memory:
                Span<byte> bytes = stackalloc byte[8];
                bytes.Clear();
                machine.Memory.At(machine.Address(instruction), Size(instruction, operand), write: false).CopyTo(bytes);
                return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            default:
                return instruction.GetImmediate(operand);
        }
    }

    private void Write(Instruction instruction, ulong value)
    {
        if (instruction.Op0Kind == OpKind.Memory)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
            int size = Size(instruction, 0);
            bytes[..size].CopyTo(machine.Memory.At(machine.Address(instruction), size, write: true));
            return;
        }

        // A 32-bit result clears the upper half of its register (SDM volume 1, 3.4.1.1); narrower registers we do not write.
        if (instruction.Op0Register.GetSize() < 4)
            throw new EmulationFault($"no meaning is given to: {instruction}");
        machine.General[General(instruction.Op0Register, instruction)] = value & Mask(8 * instruction.Op0Register.GetSize());
    }

    private static int General(Register register, Instruction instruction) =>
        register.IsGPR() && register is not (Register.AH or Register.BH or Register.CH or Register.DH)
            ? EmulatedMachine.Index(register)
            : throw new EmulationFault($"no meaning is given to: {instruction}");

    private static int Size(Instruction instruction, int operand) =>
        instruction.GetOpKind(operand) == OpKind.Memory ? instruction.MemorySize.GetSize() : instruction.GetOpRegister(operand).GetSize();

    private static ulong Mask(int bits) => bits == 64 ? ulong.MaxValue : (1UL << bits) - 1;

    private static bool Sign(ulong value, int bits) => ((value >> (bits - 1)) & 1) != 0;
}
