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
    public void Rotate(Span<float> heads, int position) => Rotate(heads, position, 1);

    /// <summary>Rotates back: the gradient of <see cref="Rotate(Span{float}, int)"/> (its transpose), in place.</summary>
    public void RotateBack(Span<float> heads, int position) => Rotate(heads, position, -1);

    /// <inheritdoc/>
    public void Dispose() => _table.Dispose();

    private void Rotate(Span<float> heads, int position, float direction)
    {
        ReadOnlySpan<float> cos = Cos(position), sin = Sin(position);
        int width = 2 * Half;
        for (int h = 0; h < heads.Length; h += width)
        {
            Span<float> low = heads.Slice(h, Half), high = heads.Slice(h + Half, Half);
            for (int i = 0; i < low.Length; i++)
            {
                float a = low[i], b = high[i], s = direction * sin[i];
                low[i] = MathF.FusedMultiplyAdd(a, cos[i], -(b * s));
                high[i] = MathF.FusedMultiplyAdd(b, cos[i], a * s);
            }
        }
    }

    private ReadOnlySpan<float> Cos(int position) => _table.Slice((long)position * 2 * Half, Half);

    private ReadOnlySpan<float> Sin(int position) => _table.Slice(((long)position * 2 * Half) + Half, Half);
}
