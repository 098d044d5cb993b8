using Tidar.Kernels.Elementwise;
using Tidar.Models.Configuration;

namespace Tidar.Models.Transformers;

/// <summary>Inverse frequencies and attention factor of every RoPE kind, as Hugging Face transformers computes them.</summary>
public static class RopeFrequencies
{
    /// <summary>Creates the rotary tables of a model.</summary>
    public static RotaryEmbedding Create(ModelConfig config)
    {
        (float[] frequencies, float factor) = Compute(config.Rope, config.HeadDimension, config.MaxPositions);
        return new RotaryEmbedding(frequencies, factor);
    }

    /// <summary>Radians per position [head_dim / 2], and the factor on cos and sin.</summary>
    public static (float[] InverseFrequencies, float AttentionFactor) Compute(RopeConfig rope, int headDimension, int maxPositions)
    {
        double[] plain = new double[headDimension / 2];
        for (int i = 0; i < plain.Length; i++)
            plain[i] = 1 / Math.Pow(rope.Theta, 2.0 * i / headDimension);
        double factor = 1;
        double[] scaled = rope.Scaling switch
        {
            RopeScaling.Linear => [.. plain.Select(f => f / rope.Factor)],
            RopeScaling.Llama3 => [.. plain.Select(f => Llama3(f, rope))],
            RopeScaling.Yarn => Yarn(plain, rope, headDimension, maxPositions, out factor),
            _ => plain,
        };
        float[] result = new float[scaled.Length];
        for (int i = 0; i < result.Length; i++)
            result[i] = (float)(scaled[i] / (rope.FrequencyDivisors is { } divisors ? divisors[i] : 1));
        return (result, (float)factor);
    }

    // Frequencies whose wave length fits the original context often enough stay, long ones are divided, a linear ramp lies between.
    private static double Llama3(double frequency, RopeConfig rope)
    {
        double waves = rope.OriginalMaxPositions * frequency / (2 * Math.PI);
        if (waves > rope.HighFrequencyFactor)
            return frequency;
        if (waves < rope.LowFrequencyFactor)
            return frequency / rope.Factor;
        double smooth = (waves - rope.LowFrequencyFactor) / (rope.HighFrequencyFactor - rope.LowFrequencyFactor);
        return ((1 - smooth) * frequency / rope.Factor) + (smooth * frequency);
    }

    private static double[] Yarn(double[] plain, RopeConfig rope, int dimension, int maxPositions, out double attentionFactor)
    {
        int original = rope.OriginalMaxPositions > 0 ? rope.OriginalMaxPositions : maxPositions;
        double low = CorrectionDimension(rope.BetaFast), high = CorrectionDimension(rope.BetaSlow);
        if (rope.Truncate)
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        low = Math.Max(low, 0);
        high = Math.Min(high, dimension - 1);
        if (low == high)
            high += 0.001;
        double[] result = new double[plain.Length];
        for (int i = 0; i < result.Length; i++)
        {
            double interpolated = Math.Clamp((i - low) / (high - low), 0, 1);
            result[i] = (plain[i] / rope.Factor * interpolated) + (plain[i] * (1 - interpolated));
        }

        attentionFactor = rope.AttentionFactor
            ?? (rope is { MScale: { } scale, MScaleAllDimensions: { } all } && scale != 0 && all != 0 ? MScale(scale) / MScale(all) : MScale(1));
        return result;

        // The dimension whose wave makes `rotations` turns over the original context.
        double CorrectionDimension(double rotations) => dimension * Math.Log(original / (rotations * 2 * Math.PI)) / (2 * Math.Log(rope.Theta));

        double MScale(double scale) => rope.Factor <= 1 ? 1 : (0.1 * scale * Math.Log(rope.Factor)) + 1;
    }
}
