using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Iced.Intel;

namespace Tidar.Kernels.Tests.Emulation;

/// <summary>
/// Intel AMX: tile configuration, loads, stores and dot products, with the faults of SDM volume 2 (LDTILECFG, exception classes AMX-E1 … AMX-E4). Palette 1: eight tiles of up to 16 rows of 64 bytes.
/// </summary>
internal sealed class TileUnit(EmulatedMachine machine)
{
    private const int Count = 8;
    private const int MostRows = 16;
    private const int MostColumnBytes = 64;

    private readonly int[] _rows = new int[Count];
    private readonly int[] _columnBytes = new int[Count];
    private readonly byte[][] _tiles = [.. Enumerable.Range(0, Count).Select(_ => new byte[MostRows * MostColumnBytes])];

    /// <summary>Whether a configuration is loaded; code that returns so leaves 8 KiB of state to every later context switch.</summary>
    public bool Configured { get; private set; }

    /// <summary>Executes one instruction; false where it is none of AMX.</summary>
    public bool Execute(Instruction instruction)
    {
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Ldtilecfg:
                Configure(machine.Memory.At(machine.Address(instruction), 64, write: false));
                return true;
            case Mnemonic.Tilerelease:
                Release();
                return true;
            case Mnemonic.Tilezero:
                _tiles[Tile(instruction, 0)].AsSpan().Clear();
                return true;
            case Mnemonic.Tileloadd or Mnemonic.Tileloaddt1:
                Load(instruction);
                return true;
            case Mnemonic.Tilestored:
                Store(instruction);
                return true;
            case Mnemonic.Tdpbssd or Mnemonic.Tdpbsud or Mnemonic.Tdpbusd or Mnemonic.Tdpbuud or Mnemonic.Tdpbf16ps:
                Multiply(instruction);
                return true;
            default:
                return false;
        }
    }

    private void Release()
    {
        Configured = false;
        Array.Clear(_rows);
        Array.Clear(_columnBytes);
        foreach (byte[] tile in _tiles)
            Array.Clear(tile);
    }

    private void Configure(ReadOnlySpan<byte> memory)
    {
        Release();
        if (memory[0] == 0)
            return;
        Require(memory[0] == 1, "#GP: palette above 1");
        Require(memory[1] == 0, "a start row is for restarts only");
        Require(memory[2..16].IndexOfAnyExcept((byte)0) < 0 && memory[32..48].IndexOfAnyExcept((byte)0) < 0 && memory[56..].IndexOfAnyExcept((byte)0) < 0, "#GP: reserved bytes of a tile configuration");
        for (int tile = 0; tile < Count; tile++)
        {
            int columnBytes = BinaryPrimitives.ReadUInt16LittleEndian(memory[(16 + (2 * tile))..]), rows = memory[48 + tile];
            Require(columnBytes <= MostColumnBytes && rows <= MostRows && (columnBytes == 0) == (rows == 0), $"#GP: tile {tile} of {rows} rows of {columnBytes} bytes");
            (_rows[tile], _columnBytes[tile]) = (rows, columnBytes);
        }

        Configured = true;
    }

    // base + displacement is row 0, the scaled index is the stride (SDM, TILELOADD: "tsib").
    private ulong RowAddress(Instruction instruction, int row)
    {
        ulong index = instruction.MemoryIndex == Register.None ? 0 : machine.General[EmulatedMachine.Index(instruction.MemoryIndex)] * (ulong)instruction.MemoryIndexScale;
        return machine.General[EmulatedMachine.Index(instruction.MemoryBase)] + instruction.MemoryDisplacement64 + ((ulong)row * index);
    }

    private void Load(Instruction instruction)
    {
        int tile = Tile(instruction, 0);
        _tiles[tile].AsSpan().Clear();
        for (int row = 0; row < _rows[tile]; row++)
            machine.Memory.At(RowAddress(instruction, row), _columnBytes[tile], write: false).CopyTo(_tiles[tile].AsSpan(row * MostColumnBytes));
    }

    private void Store(Instruction instruction)
    {
        int tile = Tile(instruction, 1);
        for (int row = 0; row < _rows[tile]; row++)
            _tiles[tile].AsSpan(row * MostColumnBytes, _columnBytes[tile]).CopyTo(machine.Memory.At(RowAddress(instruction, row), _columnBytes[tile], write: true));
    }

    private void Multiply(Instruction instruction)
    {
        int c = Tile(instruction, 0), a = Tile(instruction, 1), b = Tile(instruction, 2);
        Require(_columnBytes[c] % 4 == 0 && _columnBytes[a] % 4 == 0 && _columnBytes[b] % 4 == 0, "#UD: columns that are not whole dwords");
        Require(_rows[c] == _rows[a] && _columnBytes[a] / 4 == _rows[b] && _columnBytes[c] == _columnBytes[b], "#UD: shapes that do not fit");
        for (int row = 0; row < _rows[c]; row++)
        {
            Span<byte> sums = _tiles[c].AsSpan(row * MostColumnBytes, _columnBytes[c]);
            ReadOnlySpan<byte> left = _tiles[a].AsSpan(row * MostColumnBytes, _columnBytes[a]);
            if (instruction.Mnemonic == Mnemonic.Tdpbf16ps)
                AddBFloat16(MemoryMarshal.Cast<byte, float>(sums), MemoryMarshal.Cast<byte, uint>(left), MemoryMarshal.Cast<byte, uint>(_tiles[b]));
            else
                AddBytes(instruction.Mnemonic, MemoryMarshal.Cast<byte, int>(sums), left, _tiles[b]);
        }
    }

    // The letters after "tdpb" are the signs of the left and of the right bytes.
    private static void AddBytes(Mnemonic mnemonic, Span<int> sums, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        bool signedLeft = mnemonic is Mnemonic.Tdpbssd or Mnemonic.Tdpbsud, signedRight = mnemonic is Mnemonic.Tdpbssd or Mnemonic.Tdpbusd;
        for (int i = 0; i < left.Length; i++)
        {
            int x = signedLeft ? (sbyte)left[i] : left[i];
            for (int column = 0; column < sums.Length; column++)
            {
                byte y = right[(i / 4 * MostColumnBytes) + (4 * column) + (i % 4)];
                sums[column] += x * (signedRight ? (sbyte)y : y);
            }
        }
    }

    // SDM, TDPBF16PS: two chains from zero, one of even and one of odd elements; their sum is added to the destination.
    private static void AddBFloat16(Span<float> sums, ReadOnlySpan<uint> left, ReadOnlySpan<uint> right)
    {
        for (int column = 0; column < sums.Length; column++)
        {
            float even = 0, odd = 0;
            for (int k = 0; k < left.Length; k++)
            {
                uint a = left[k], b = right[(k * MostColumnBytes / 4) + column];
                even = BFloat16Arithmetic.MultiplyAdd(a << 16, b << 16, even);
                odd = BFloat16Arithmetic.MultiplyAdd(a & 0xFFFF_0000, b & 0xFFFF_0000, odd);
            }

            sums[column] = BFloat16Arithmetic.Add(sums[column], BFloat16Arithmetic.Add(even, odd));
        }
    }

    private int Tile(Instruction instruction, int operand)
    {
        int tile = instruction.GetOpRegister(operand) - Register.TMM0;
        Require(Configured && _rows[tile] > 0, $"#UD: a tile that is not configured, in: {instruction}");
        return tile;
    }

    private static void Require(bool holds, string fault)
    {
        if (!holds)
            throw new EmulationFault(fault);
    }
}
