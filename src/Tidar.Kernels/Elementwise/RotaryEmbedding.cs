using Tidar.Kernels.Memory;

namespace Tidar.Kernels.Elementwise;

/// <summary>
/// Rotary position embedding (arXiv 2104.09864) in the half-split form: dimension i of a head pairs with i + head_dim/2.
/// Holds cos and sin of every position, [positions, head_dim / 2] each.
/// </summary>
public sealed class RotaryEmbedding : IDisposable
{
    private readonly float[] _inverseFrequencies;
    private readonly float _attentionFactor;
    private AlignedBuffer<float> _table;
    private int _positions;

    /// <summary>Prepares tables for the given frequencies.</summary>
    /// <param name="inverseFrequencies">Radians per position, [head_dim / 2].</param>
    /// <param name="attentionFactor">Multiplies cos and sin (YaRN); 1 otherwise.</param>
    public RotaryEmbedding(ReadOnlySpan<float> inverseFrequencies, float attentionFactor)
    {
        _inverseFrequencies = inverseFrequencies.ToArray();
        _attentionFactor = attentionFactor;
        _table = new AlignedBuffer<float>(0);
    }

    private int Half => _inverseFrequencies.Length;

    /// <summary>Makes positions 0 … <paramref name="positions"/>-1 available. Not to be called while rows are being rotated.</summary>
    public void Reserve(int positions)
    {
        if (positions <= _positions)
            return;
        positions = Math.Max(positions, Math.Max(256, 2 * _positions));
        AlignedBuffer<float> table = new((long)positions * 2 * Half);
        for (int p = 0; p < positions; p++)
        {
            Span<float> cos = table.Slice((long)p * 2 * Half, Half);
            Span<float> sin = table.Slice(((long)p * 2 * Half) + Half, Half);
            for (int i = 0; i < Half; i++)
            {
                (double s, double c) = Trigonometry.SinCos((double)p * _inverseFrequencies[i]);
                cos[i] = (float)c * _attentionFactor;
                sin[i] = (float)s * _attentionFactor;
            }
        }

        _table.Dispose();
        _table = table;
        _positions = positions;
    }

    /// <summary>Rotates consecutive heads [heads, head_dim] of one row to <paramref name="position"/> in place.</summary>
    public void Rotate(Span<float> heads, int position) => Turn(heads, position, 1);

    /// <summary>Rotates back: the gradient of <see cref="Rotate"/> (its transpose), in place.</summary>
    public void RotateBack(Span<float> heads, int position) => Turn(heads, position, -1);

    /// <inheritdoc/>
    public void Dispose() => _table.Dispose();

    private unsafe void Turn(Span<float> heads, int position, float direction)
    {
        ReadOnlySpan<float> cos = _table.Slice((long)position * 2 * Half, Half), sin = _table.Slice(((long)position * 2 * Half) + Half, Half);
        fixed (float* x = heads, c = cos, s = sin)
        {
            for (int h = 0; h + (2 * Half) <= heads.Length; h += 2 * Half)
                ElementLoop.Run(new TurnStep(x + h, x + h + Half, c, s, direction), Half);
        }
    }

    private readonly unsafe struct TurnStep(float* low, float* high, float* cos, float* sin, float direction) : IElementStep
    {
        private readonly float* _low = low;
        private readonly float* _high = high;
        private readonly float* _cos = cos;
        private readonly float* _sin = sin;

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes>(nint i)
            where TLanes : unmanaged, Simd.ILanes<TLanes>
        {
            TLanes a = TLanes.Load(_low + i), b = TLanes.Load(_high + i), c = TLanes.Load(_cos + i);
            TLanes s = TLanes.Multiply(TLanes.Load(_sin + i), TLanes.Broadcast(direction)), back = TLanes.Multiply(s, TLanes.Broadcast(-1));
            TLanes.Store(TLanes.FusedMultiplyAdd(a, c, TLanes.Multiply(b, back)), _low + i);
            TLanes.Store(TLanes.FusedMultiplyAdd(b, c, TLanes.Multiply(a, s)), _high + i);
        }
    }
}
