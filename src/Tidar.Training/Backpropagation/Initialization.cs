using Tidar.Training.Data;

namespace Tidar.Training.Backpropagation;

/// <summary>
/// Weights of a new model: matrices normal with deviation 0.02, the projections that write to the residual stream smaller by 1/sqrt(2 · layers) (GPT-2's rule),
/// norms 1, biases 0. The same bits on every platform for a seed.
/// </summary>
internal static class Initialization
{
    private const double Deviation = 0.02;
    private const int Uniforms = 12;

    public static void Run(ParameterSet parameters, ulong seed)
    {
        double residual = Deviation / Math.Sqrt(2.0 * parameters.Config.LayerCount);
        for (int i = 0; i < parameters.All.Count; i++)
        {
            Parameter parameter = parameters.All[i];
            Span<float> values = parameters.Values(parameter.Slice);
            if (!parameter.IsDecayed)
            {
                values.Fill(parameter.Name.EndsWith(".bias", StringComparison.Ordinal) ? 0 : 1);
                continue;
            }

            bool writesResidual = parameter.Name.EndsWith("o_proj.weight", StringComparison.Ordinal)
                || parameter.Name.EndsWith("down_proj.weight", StringComparison.Ordinal);
            SplitMix64 random = new(SplitMix64.Mix(seed + (ulong)i));
            foreach (ref float value in values)
                value = (float)(Normal(random) * (writesResidual ? residual : Deviation));
        }
    }

    /// <summary>Uniform numbers in ±<paramref name="width"/>.</summary>
    public static void FillUniform(Span<float> values, float width, SplitMix64 random)
    {
        const float Unit = 1f / (1 << 23);
        foreach (ref float value in values)
            value = width * (((random.Next() >> 40) * Unit) - 1);
    }

    // The sum of twelve uniform numbers has variance 1; it needs no logarithm, whose bits may differ between C libraries.
    private static double Normal(SplitMix64 random)
    {
        ulong sum = 0;
        for (int i = 0; i < Uniforms; i++)
            sum += random.Next() >> 32;
        return (sum / (double)(1UL << 32)) - (Uniforms / 2.0);
    }
}
