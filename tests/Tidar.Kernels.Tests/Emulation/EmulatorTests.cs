using System.Runtime.InteropServices;
using Iced.Intel;
using Tidar.Kernels.Generated;
using Tidar.Kernels.Memory;
using static Iced.Intel.AssemblerRegisters;

namespace Tidar.Kernels.Tests.Emulation;

public sealed unsafe class EmulatorTests
{
    private const int Operands = 4;
    private const int Bytes = 64;

    // zmm0 … zmm3 hold the operands, rax points at them; zmm0 is the result.
    private static readonly Dictionary<string, (Action<Assembler> Emit, bool Available)> Instructions = new()
    {
        ["vpxord"] = (c => c.vpxord(zmm0, zmm1, zmm2), true),
        ["vpandd"] = (c => c.vpandd(zmm0, zmm1, zmm2), true),
        ["vpandq"] = (c => c.vpandq(zmm0, zmm1, __zmmword_ptr[rax + Bytes]), true),
        ["vpsrlw"] = (c => c.vpsrlw(zmm0, zmm1, 4), true),
        ["vpsrld"] = (c => c.vpsrld(zmm0, zmm1, 5), true),
        ["vpslld"] = (c => c.vpslld(zmm0, zmm1, 16), true),
        ["vpaddd"] = (c => c.vpaddd(zmm0, zmm1, zmm2), true),
        ["vpsubd"] = (c => c.vpsubd(zmm0, zmm1, zmm2), true),
        ["vmovdqu8 ymm"] = (c => c.vmovdqu8(ymm0, __ymmword_ptr[rax + 5]), true),
        ["vmovdqu32 xmm"] = (c => c.vmovdqu32(xmm0, xmm1), true),
        ["vpbroadcastd memory"] = (c => c.vpbroadcastd(zmm0, __dword_ptr[rax + 9]), true),
        ["vpbroadcastd register"] = (c => c.vpbroadcastd(ymm0, xmm2), true),
        ["vbroadcastss"] = (c => c.vbroadcastss(zmm0, __dword_ptr[rax + 12]), true),
        ["vcvtdq2ps"] = (c => c.vcvtdq2ps(zmm0, zmm1), true),
        ["vcvtph2ps"] = (c => c.vcvtph2ps(zmm0, ymm1), true),
        ["vcvtph2ps memory"] = (c => c.vcvtph2ps(zmm0, __ymmword_ptr[rax + 64]), true),
        ["vmulps"] = (c => c.vmulps(zmm0, zmm1, zmm2), true),
        ["vaddps"] = (c => c.vaddps(zmm0, zmm1, zmm2), true),
        ["vsubps ymm"] = (c => c.vsubps(ymm0, ymm1, ymm2), true),
        ["vmulps broadcast"] = (c => c.vmulps(zmm0, zmm1, __dword_bcst[rax + 8]), true),
        ["vfmadd231ps"] = (c => c.vfmadd231ps(zmm0, zmm1, zmm2), true),
        ["vfmadd231ps memory"] = (c => c.vfmadd231ps(zmm0, zmm1, __zmmword_ptr[rax + 128]), true),
        ["vfmadd231ps broadcast"] = (c => c.vfmadd231ps(zmm0, zmm1, __dword_bcst[rax + 128]), true),
        ["vfmadd213ps"] = (c => c.vfmadd213ps(zmm0, zmm1, zmm2), true),
        ["vpdpbusd"] = (c => c.vpdpbusd(zmm0, zmm1, zmm2), InstructionSets.Avx512Vnni),
        ["vpdpbusd broadcast"] = (c => c.vpdpbusd(zmm0, zmm1, __dword_bcst[rax + 64]), InstructionSets.Avx512Vnni),
        ["vdpbf16ps"] = (c => c.vdpbf16ps(zmm0, zmm1, zmm2), InstructionSets.Avx512BFloat16),
        ["vdpbf16ps broadcast"] = (c => c.vdpbf16ps(zmm0, zmm1, __dword_bcst[rax + 68]), InstructionSets.Avx512BFloat16),
        ["vcvtneps2bf16"] = (c => c.vcvtneps2bf16(ymm0, zmm1), InstructionSets.Avx512BFloat16),
        ["vcvtne2ps2bf16"] = (c => c.vcvtne2ps2bf16(zmm0, zmm1, zmm2), InstructionSets.Avx512BFloat16),
        ["vzeroupper"] = (c => c.vzeroupper(), true),
        ["tests and jumps"] = (EmitJumps, true),
    };

    public static TheoryData<string> Names => [.. Instructions.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_emulated_instruction_gives_the_bytes_of_the_hardware(string name)
    {
        (Action<Assembler> emit, bool available) = Instructions[name];
        byte[] code = Wrap(emit);
        Random random = new(name.Length);
        using AlignedBuffer<byte> operands = new(Operands * Bytes);
        byte[] input = new byte[Operands * Bytes];
        void* native = Processor.Best >= KernelTier.Avx512 && available && ExecutableMemory.Allowed ? ExecutableMemory.TryPlace(code) : null;
        for (int repeat = 0; repeat < 500; repeat++)
        {
            Fill(random, input, repeat % 5);
            input.CopyTo(operands.Span);
            new EmulatedMachine(new EmulatedMemory().Allow(operands.Pointer, operands.Length, writable: true)).Call(code, OperatingSystem.IsWindows(), operands.Pointer);
            byte[] emulated = [.. operands.Span];
            if (native is null)
            {
                Assert.NotEqual(input, emulated);
                return;
            }

            input.CopyTo(operands.Span);
            ((delegate* unmanaged<void*, void>)native)(operands.Pointer);
            if (!operands.Span.SequenceEqual(emulated))
                Assert.Fail($"repeat {repeat}: {Difference(input, emulated, operands.Span)}");
        }
    }

    [Fact]
    public void An_access_beyond_a_region_or_a_write_to_a_read_only_one_faults()
    {
        using AlignedBuffer<byte> operands = new(Operands * Bytes);
        byte[] code = Wrap(c => c.vmovdqu32(zmm0, __zmmword_ptr[rax + (Operands * Bytes) - Bytes + 1]));
        EmulationFault beyond = Assert.Throws<EmulationFault>(() => Run(writable: true));
        Assert.Contains("read of 64 bytes at 193 bytes into a writable region of 256", beyond.Message, StringComparison.Ordinal);
        code = Wrap(c => c.vzeroupper());
        Assert.Contains("write of 64 bytes", Assert.Throws<EmulationFault>(() => Run(writable: false)).Message, StringComparison.Ordinal);

        void Run(bool writable) =>
            new EmulatedMachine(new EmulatedMemory().Allow(operands.Pointer, operands.Length, writable)).Call(code, OperatingSystem.IsWindows(), operands.Pointer);
    }

    [Fact]
    public void An_instruction_without_a_meaning_is_named()
    {
        byte[] code = Wrap(c => c.vpermd(zmm0, zmm1, zmm2));
        using AlignedBuffer<byte> operands = new(Operands * Bytes);
        EmulatedMemory memory = new EmulatedMemory().Allow(operands.Pointer, operands.Length);
        EmulationFault fault = Assert.Throws<EmulationFault>(() => new EmulatedMachine(memory).Call(code, OperatingSystem.IsWindows(), operands.Pointer));
        Assert.Contains("vpermd zmm0,zmm1,zmm2", fault.Message, StringComparison.Ordinal);
    }

    // Loads the operands, runs the instruction, stores zmm0.
    private static byte[] Wrap(Action<Assembler> emit)
    {
        Assembler c = new(64);
        AssemblerRegister64 argument = OperatingSystem.IsWindows() ? rcx : rdi;
        c.push(rbx);
        c.mov(rax, argument);
        AssemblerRegisterZMM[] registers = [zmm0, zmm1, zmm2, zmm3];
        for (int r = 0; r < registers.Length; r++)
            c.vmovdqu32(registers[r], __zmmword_ptr[rax + (r * Bytes)]);
        emit(c);
        c.vmovups(__zmmword_ptr[rax], zmm0);
        c.pop(rbx);
        c.vzeroupper();
        c.ret();
        return MachineCode.Bytes(c);
    }

    // Every condition we use and its opposite, on 64 and on 32 bits of the operands; the results are written as bits.
    private static void EmitJumps(Assembler c)
    {
        Action<Label>[] jumps = [c.je, c.jne, c.jl, c.jge, c.jle, c.jg, c.jb, c.jae, c.jbe, c.ja, c.js, c.jns];
        c.xor(r8d, r8d);
        for (int kind = 0; kind < 5; kind++)
        {
            foreach (Action<Label> jump in jumps)
            {
                c.add(r8, r8);
                c.mov(rcx, __qword_ptr[rax + 64]);
                c.mov(edx, __dword_ptr[rax + 72]);
                if (kind == 0)
                    c.cmp(rcx, __qword_ptr[rax + 80]);
                else if (kind == 1)
                    c.sub(edx, __dword_ptr[rax + 84]);
                else if (kind == 2)
                    c.test(ecx, ecx);
                else if (kind == 3)
                    c.add(rcx, rdx);
                else
                    c.xor(rcx, rdx);
                Label skip = c.CreateLabel();
                jump(skip);
                c.inc(r8);
                c.Label(ref skip);
            }
        }

        c.mov(ebx, 7);
        c.dec(rbx);
        c.shl(rbx, 33);
        c.shr(rbx, 2);
        c.lea(r9, __[r8 + (rbx * 2) - 5]);
        c.mov(__qword_ptr[rax + 128], r8);
        c.mov(__dword_ptr[rax + 136], r9d);
        c.vmovdqu32(zmm0, __zmmword_ptr[rax + 128]);
    }

    // Random bytes, bytes at the extremes of int8, ordinary floats, floats near the smallest, and the special ones.
    private static void Fill(Random random, byte[] bytes, int kind)
    {
        random.NextBytes(bytes);
        Span<uint> words = MemoryMarshal.Cast<byte, uint>(bytes.AsSpan());
        for (int i = 0; i < words.Length; i++)
        {
            uint half = words[i] & 0x807F_807F, small = (uint)random.Next(0, 3), large = (uint)random.Next(0x70, 0x90);
            words[i] = kind switch
            {
                1 => BitConverter.ToUInt32([.. Enumerable.Range(0, 4).Select(_ => random.Next(2) == 0 ? (byte)0x80 : (byte)0x7F)]),
                2 => half | (large << 23) | (large << 7),
                3 => half | (small << 23) | ((uint)random.Next(0x60, 0x82) << 7),
                4 => random.Next(6) switch { 0 => 0x7F80_7F80, 1 => 0xFF80_3F80, 2 => 0x8000_8000, 3 => 0, 4 => 0x0001_8001, _ => words[i] & 0xBFFF_BFFF },
                _ => words[i],
            };
        }
    }

    private static string Difference(byte[] input, byte[] emulated, ReadOnlySpan<byte> native)
    {
        int at = emulated.AsSpan().CommonPrefixLength(native) / 4 * 4;
        return $"lane {at / 4}: operands {Word(input, at)} {Word(input, at + Bytes)} {Word(input, at + (2 * Bytes))}, emulated {Word(emulated, at)}, hardware {Word(native, at)}";
    }

    private static string Word(ReadOnlySpan<byte> bytes, int at) => $"{BitConverter.ToUInt32(bytes[at..]):x8}";
}
