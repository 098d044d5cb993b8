using Iced.Intel;
using Tidar.Kernels.Generated;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Memory;
using static Iced.Intel.AssemblerRegisters;

namespace Tidar.Kernels.Tests.Emulation;

public sealed unsafe class AmxTileTests
{
    private const int K = 192;

    [Theory]
    [InlineData(1, 64)]
    [InlineData(5, 192)]
    [InlineData(15, 128)]
    [InlineData(16, 64)]
    [InlineData(17, 192)]
    [InlineData(31, 64)]
    [InlineData(32, 128)]
    [InlineData(33, 64)]
    [InlineData(48, 64)]
    [InlineData(96, 192)]
    public void Int8_tiles_give_the_integers_of_the_portable_code_and_touch_nothing_else(int rows, int k)
    {
        Random random = new(rows + k);
        foreach (bool windows in new[] { false, true })
        {
            foreach (bool extreme in new[] { false, true })
            {
                using AlignedBuffer<sbyte> a = new(rows * k);
                using AlignedBuffer<byte> w = new(k * Panel.Width);
                using AlignedBuffer<int> sums = new(rows * Panel.Width), expected = new(rows * Panel.Width);
                for (int i = 0; i < a.Length; i++)
                    a.Pointer[i] = extreme ? (random.Next(2) == 0 ? (sbyte)-128 : (sbyte)127) : (sbyte)random.Next(-128, 128);
                for (int i = 0; i < w.Length; i++)
                    w.Pointer[i] = extreme ? (random.Next(4) == 0 ? (byte)0 : (byte)255) : (byte)random.Next(256);
                for (int r = 0; r < rows; r++)
                    Int8Tile.MultiplyPortable(a.Pointer + (r * k), w.Pointer, k / 4, expected.Pointer + (r * Panel.Width));

                EmulateTiles(windows, bfloat16: false, rows, new TileArguments
                {
                    A = (byte*)a.Pointer, AStride = k, Weights = w.Pointer, Groups = k / 4, C = (byte*)sums.Pointer, CStride = Panel.Width * sizeof(int),
                }, () => new EmulatedMemory().Allow(a.Pointer, a.Length).Allow(w.Pointer, w.Length).Allow(sums.Pointer, sums.Length * sizeof(int), writable: true));
                Assert.True(expected.Span.SequenceEqual(sums.Span));
            }
        }
    }

    [Fact]
    public void Sums_are_added_to_what_is_there_when_asked()
    {
        const int Rows = 33;
        using AlignedBuffer<byte> a = new(Rows * K), w = new(K * Panel.Width);
        using AlignedBuffer<int> sums = new(Rows * Panel.Width);
        new Random(1).NextBytes(a.Span);
        new Random(2).NextBytes(w.Span);
        int[] whole = Multiply(K / 64, 0);
        Multiply(1, 0);
        Assert.Equal(whole, Multiply((K / 64) - 1, 1));

        int[] Multiply(int steps, nint accumulate)
        {
            nint first = accumulate == 0 ? 0 : 64;
            EmulateTiles(windows: false, bfloat16: false, Rows, new TileArguments
            {
                A = a.Pointer + first, AStride = K, Weights = w.Pointer + (first * Panel.Width), Groups = 16 * steps, C = (byte*)sums.Pointer, CStride = Panel.Width * sizeof(int), Accumulate = accumulate,
            }, () => new EmulatedMemory().Allow(a.Pointer, a.Length).Allow(w.Pointer, w.Length).Allow(sums.Pointer, sums.Length * sizeof(int), writable: true));
            return [.. sums.Span];
        }
    }

    [Fact]
    public void A_byte_too_few_is_found()
    {
        using AlignedBuffer<byte> a = new(16 * 64), w = new(64 * Panel.Width);
        using AlignedBuffer<int> sums = new(16 * Panel.Width);
        TileArguments arguments = new() { A = a.Pointer, AStride = 64, Weights = w.Pointer, Groups = 16, C = (byte*)sums.Pointer, CStride = Panel.Width * sizeof(int) };
        Assert.Throws<EmulationFault>(() => EmulateTiles(windows: false, bfloat16: false, 16, arguments, () =>
            new EmulatedMemory().Allow(a.Pointer, a.Length - 1).Allow(w.Pointer, w.Length).Allow(sums.Pointer, sums.Length * sizeof(int), writable: true)));
        Assert.Throws<EmulationFault>(() => EmulateTiles(windows: false, bfloat16: false, 16, arguments, () =>
            new EmulatedMemory().Allow(a.Pointer, a.Length).Allow(w.Pointer, w.Length - 1).Allow(sums.Pointer, sums.Length * sizeof(int), writable: true)));
        Assert.Throws<EmulationFault>(() => EmulateTiles(windows: false, bfloat16: false, 16, arguments, () =>
            new EmulatedMemory().Allow(a.Pointer, a.Length).Allow(w.Pointer, w.Length).Allow(sums.Pointer, (sums.Length * sizeof(int)) - 1, writable: true)));
    }

    // The products of all four kinds of signs, against the definition.
    [Theory]
    [InlineData(Mnemonic.Tdpbssd)]
    [InlineData(Mnemonic.Tdpbsud)]
    [InlineData(Mnemonic.Tdpbusd)]
    [InlineData(Mnemonic.Tdpbuud)]
    public void The_letters_of_a_byte_product_are_its_signs(Mnemonic mnemonic)
    {
        Dictionary<Mnemonic, (Action<Assembler> Emit, int Expected)> products = new()
        {
            [Mnemonic.Tdpbssd] = (c => c.tdpbssd(tmm0, tmm4, tmm6), 4 * -1 * -2),
            [Mnemonic.Tdpbsud] = (c => c.tdpbsud(tmm0, tmm4, tmm6), 4 * -1 * 254),
            [Mnemonic.Tdpbusd] = (c => c.tdpbusd(tmm0, tmm4, tmm6), 4 * 255 * -2),
            [Mnemonic.Tdpbuud] = (c => c.tdpbuud(tmm0, tmm4, tmm6), 4 * 255 * 254),
        };
        using AlignedBuffer<byte> memory = new(256);
        memory.Slice(64, 4).Fill(255);
        memory.Slice(128, 4).Fill(254);
        RunSmall(memory, products[mnemonic].Emit, rows: 1, inner: 1);
        Assert.Equal(products[mnemonic].Expected, *(int*)(memory.Pointer + 192));
    }

    // Order of sums of tdpbf16ps: 2^24 + 1 loses the 1, so chains and their order show.
    [Fact]
    public void Tdpbf16ps_adds_even_and_odd_chains_and_then_the_destination()
    {
        const ushort One = 0x3F80, Big = 0x4B80, MinusBig = 0xCB80; // 1, 2^24, -2^24
        using AlignedBuffer<byte> memory = new(256);
        ushort* a = (ushort*)(memory.Pointer + 64), b = (ushort*)(memory.Pointer + 128);
        (a[0], b[0]) = (One, Big);
        (a[1], b[1]) = (One, One);
        RunSmall(memory, c => c.tdpbf16ps(tmm0, tmm4, tmm6), rows: 1, inner: 1);
        Assert.Equal(16777216f, *(float*)(memory.Pointer + 192)); // the even and the odd chain meet in one rounded addition
        (a[1], b[1]) = (One, MinusBig);
        *(float*)(memory.Pointer + 192) = 1;
        RunSmall(memory, c => c.tdpbf16ps(tmm0, tmm4, tmm6), rows: 1, inner: 1);
        Assert.Equal(1f, *(float*)(memory.Pointer + 192)); // added to the destination first, 2^24 would have swallowed the 1
        (a[0], b[0], a[1], b[1]) = (0x0001, One, 0, 0);
        *(float*)(memory.Pointer + 192) = float.Epsilon;
        RunSmall(memory, c => c.tdpbf16ps(tmm0, tmm4, tmm6), rows: 1, inner: 1);
        Assert.Equal(0u, *(uint*)(memory.Pointer + 192)); // denormals are zero
    }

    [Fact]
    public void Bad_configurations_and_shapes_fault()
    {
        Assert.Contains("do not fit", Fault(rows: 1, inner: 2, emit: c => c.tdpbsud(tmm0, tmm4, tmm6)), StringComparison.Ordinal);
        Assert.Contains("(bad)", Fault(rows: 1, inner: 1, emit: c => c.tdpbsud(tmm4, tmm4, tmm6)), StringComparison.Ordinal); // one tile twice: #UD, which the decoder knows
        Assert.Contains("not configured", Fault(rows: 1, inner: 1, emit: c => c.tilezero(tmm3)), StringComparison.Ordinal);
        Assert.Contains("17 rows", Fault(rows: 17, inner: 1, emit: c => c.tilezero(tmm0)), StringComparison.Ordinal);
        Assert.Contains("not configured", Fault(rows: 1, inner: 1, emit: c => { c.tilerelease(); c.tilezero(tmm0); }), StringComparison.Ordinal);

        static string Fault(int rows, int inner, Action<Assembler> emit)
        {
            using AlignedBuffer<byte> memory = new(256);
            return Assert.Throws<EmulationFault>(() => RunSmall(memory, emit, rows, inner)).Message;
        }
    }

    /// <summary>Runs the calls that <see cref="AmxKernels"/> would make.</summary>
    internal static void EmulateTiles(bool windows, bool bfloat16, int rows, TileArguments arguments, Func<EmulatedMemory> memory)
    {
        while (rows > 0)
        {
            int rowTiles = AmxKernels.Prepare(ref arguments, ref rows);
            EmulatedMemory allowed = memory().Allow(&arguments, sizeof(TileArguments), writable: true).Allow(arguments.Configuration, 64);
            CallingConvention.Call(AmxTileCode.Assemble(bfloat16, rowTiles, windows), windows, &arguments, allowed);
        }
    }

    // memory: a configuration, A, B and C, 64 bytes each; one column of 4 bytes, `inner` of them along k in A.
    private static void RunSmall(AlignedBuffer<byte> memory, Action<Assembler> emit, int rows, int inner)
    {
        byte* configuration = memory.Pointer;
        memory.Slice(0, 64).Clear();
        configuration[0] = 1;
        foreach ((int tile, int tileRows, int columns) in new[] { (0, rows, 1), (4, rows, inner), (6, 1, 1) })
            (configuration[16 + (2 * tile)], configuration[48 + tile]) = ((byte)(4 * columns), (byte)tileRows);
        Assembler c = new(64);
        c.ldtilecfg(__[rdi]);
        c.tileloadd(tmm0, __[rdi + rax + 192]);
        c.tileloadd(tmm4, __[rdi + rax + 64]);
        c.tileloaddt1(tmm6, __[rdi + rax + 128]);
        emit(c);
        c.tilestored(__[rdi + rax + 192], tmm0);
        c.tilerelease();
        c.ret();
        new EmulatedMachine(new EmulatedMemory().Allow(memory.Pointer, 256, writable: true)).Call(MachineCode.Bytes(c), windows: false, memory.Pointer);
    }
}
