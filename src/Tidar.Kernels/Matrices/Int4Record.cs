using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tidar.Kernels.Matrices;

/// <summary>
/// Layout of 4-bit weights: a panel of 32 outputs is a run of records, one for every 32 inputs. A record is [8][16][4] bytes of levels, fours of inputs × columns × inputs,
/// column c in the low and column c + 16 in the high half of a byte; then 32 scales; then 32 minima unless they follow from the scales.
/// </summary>
internal static unsafe class Int4Record
{
    /// <summary>Inputs of a group.</summary>
    public const int Group = 32;

    /// <summary>Fours of inputs in a group.</summary>
    public const int Steps = Group / 4;

    /// <summary>Bytes of one four of inputs.</summary>
    public const int StepBytes = 64;

    /// <summary>Bytes of the levels.</summary>
    public const int LevelBytes = Steps * StepBytes;

    private const int HighHalf = Panel.Width / 2;

    /// <summary>Bytes of a record.</summary>
    public static int Bytes(Int4Scales scales) => LevelBytes + (Panel.Width * ScaleBytes(scales) * (scales == Int4Scales.HalfSymmetric ? 1 : 2));

    /// <summary>Bytes of one scale.</summary>
    public static int ScaleBytes(Int4Scales scales) => scales == Int4Scales.Single ? sizeof(float) : sizeof(ushort);

    /// <summary>Sets one level; the two columns that share a byte must be set by one thread.</summary>
    public static void SetLevel(byte* record, int column, int k, int level)
    {
        byte* place = record + (k / 4 * StepBytes) + (column % HighHalf * 4) + (k % 4);
        *place = column < HighHalf ? (byte)((*place & 0xF0) | level) : (byte)((*place & 0x0F) | (level << 4));
    }

    /// <summary>Sets a column's scale and minimum, which the format must be able to hold.</summary>
    public static void SetScale(byte* record, Int4Scales scales, int column, float scale, float minimum)
    {
        byte* place = record + LevelBytes;
        if (scales == Int4Scales.Single)
        {
            ((float*)place)[column] = scale;
            ((float*)place)[Panel.Width + column] = minimum;
            return;
        }

        ((Half*)place)[column] = (Half)scale;
        if (scales == Int4Scales.Half)
            ((Half*)place)[Panel.Width + column] = (Half)minimum;
    }

    /// <summary>Reads the scales, and the minima where they are stored, as float32, [32] each.</summary>
    public static void LoadScales(byte* record, Int4Scales scales, float* scale, float* minimum)
    {
        byte* place = record + LevelBytes;
        for (int c = 0; c < Panel.Width; c += 4)
        {
            (scales == Int4Scales.Single ? Vector128.Load((float*)place + c) : Widen((ushort*)place + c)).Store(scale + c);
            if (scales != Int4Scales.HalfSymmetric)
                (scales == Int4Scales.Single ? Vector128.Load((float*)place + Panel.Width + c) : Widen((ushort*)place + Panel.Width + c)).Store(minimum + c);
        }
    }

    // Finite half-precision numbers: exponent and mantissa moved into place have an exponent too small by 112, subnormal or not.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Widen(ushort* source)
    {
        Vector128<int> bits = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsUInt16()).AsInt32();
        Vector128<float> magnitude = ((bits & Vector128.Create(0x7FFF)) << 13).AsSingle() * Vector128.Create(BitConverter.Int32BitsToSingle((127 + 112) << 23));
        return magnitude | ((bits & Vector128.Create(0x8000)) << 16).AsSingle();
    }
}
