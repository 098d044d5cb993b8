using Tidar.Training.Backpropagation;

namespace Tidar.Training.Tests;

/// <summary>Holds gradients to the loss: along a parameter's gradient the loss must rise by that gradient's length, which float32 losses resolve better than the slope of one weight.</summary>
internal static class Slopes
{
    /// <summary>Checks parameters one after the other; their values are as before afterwards.</summary>
    /// <param name="moved">The weights that the loss reads.</param>
    /// <param name="parameters">Those of them to check.</param>
    /// <param name="gradient">A parameter's gradient.</param>
    /// <param name="loss">The loss with the weights as they are now.</param>
    /// <param name="step">How far to go to either side.</param>
    /// <param name="relative">How much slope and length may differ, as a share of the length.</param>
    /// <param name="absolute">How much they may differ besides.</param>
    /// <param name="shortest">What every gradient must be longer than: one of nothing would prove nothing.</param>
    public static void AssertMatch(
        FlatParameters moved, IEnumerable<Parameter> parameters, Func<Parameter, float[]> gradient, Func<double> loss, double step, double relative, double absolute, double shortest)
    {
        foreach ((Parameter parameter, float[] along) in parameters.Select(p => (p, gradient(p))).ToArray())
        {
            float[] values = moved.Values(parameter.Slice).ToArray();
            double length = Math.Sqrt(along.Sum(static g => (double)g * g));
            Assert.True(length > shortest, $"{parameter.Name}: gradient {length}");
            double slope = (At(step) - At(-step)) / (2 * step);
            Assert.True(Math.Abs(slope - length) < (relative * length) + absolute, $"{parameter.Name}: slope {slope}, gradient {length}");

            double At(double distance)
            {
                Span<float> weights = moved.Values(parameter.Slice);
                for (int i = 0; i < weights.Length; i++)
                    weights[i] = (float)(values[i] + (distance * along[i] / length));
                double there = loss();
                values.CopyTo(moved.Values(parameter.Slice));
                return there;
            }
        }
    }
}
