using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tidar.Models.Weights;

/// <summary>
/// A tensor of made-up weights that exists nowhere: a value is a function of the seed, the tensor's name and the element's number, and is computed when it
/// is read. So a model of any size can be packed without ever being held as float32, and two programs that read it in different order see the same weights.
/// </summary>
public sealed class RandomTensor : WeightTensor
{
    /// <summary>Standard deviation of matrices and biases, as models of these families are initialized.</summary>
    public const float Deviation = 0.02f;

    // A uniform distribution of this half width has that deviation.
    private static readonly float HalfWidth = Deviation * MathF.Sqrt(3);

    private readonly long[] _shape;
    private readonly uint _seed;
    private readonly bool _isNorm;

    /// <summary>A tensor of the given shape; vectors that are no biases are norms, and hold ones.</summary>
    public RandomTensor(string name, IReadOnlyList<long> shape, int seed)
    {
        Name = name;
        _shape = [.. shape];
        _isNorm = shape.Count == 1 && !name.EndsWith("bias", StringComparison.Ordinal);

        // FNV-1a over the name: the same everywhere, which string.GetHashCode is not.
        uint hash = 2166136261 ^ unchecked((uint)seed);
        foreach (char letter in name)
            hash = unchecked((hash ^ letter) * 16777619);
        _seed = Mix(hash);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string DataType => nameof(StoredType.F32);

    /// <inheritdoc/>
    public override IReadOnlyList<long> Shape => _shape;

    /// <inheritdoc/>
    public override string Source => "random weights";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void ReadRows(long firstRow, int rowCount, Span<float> destination)
    {
        Span<float> values = destination[..checked(rowCount * Columns)];
        if (_isNorm)
        {
            values.Fill(1);
            return;
        }

        // Numbers wrap at 2^32, beyond any matrix of a model that fits this engine.
        uint first = unchecked((uint)(firstRow * Columns) + _seed);
        int i = 0;
        Vector<uint> lanes = Vector<uint>.Indices;
        Vector<float> scale = new(HalfWidth / (1u << 31));
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<uint> x = lanes + new Vector<uint>(unchecked(first + (uint)i));
            x ^= x >>> 16;
            x *= new Vector<uint>(0x7FEB352D);
            x ^= x >>> 15;
            x *= new Vector<uint>(0x846CA68B);
            x ^= x >>> 16;
            (Vector.ConvertToSingle(Vector.AsVectorInt32(x)) * scale).CopyTo(values[i..]);
        }

        for (; i < values.Length; i++)
            values[i] = unchecked((int)Mix(first + (uint)i)) * scale[0];
    }

    // "lowbias32" of Chris Wellons' hash prospector: a bijection of 32 bits.
    private static uint Mix(uint x)
    {
        unchecked
        {
            x ^= x >> 16;
            x *= 0x7FEB352D;
            x ^= x >> 15;
            x *= 0x846CA68B;
            return x ^ (x >> 16);
        }
    }
}
