using System.Runtime.CompilerServices;
using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Elementwise;

/// <summary>The backward pass of <see cref="RmsNorm"/>, y = x · f · w with f = 1 / sqrt(mean(x²) + ε).</summary>
public static unsafe class RmsNormGradient
{
    /// <summary>One row: dx (+)= f · (dy·w) - x · f³ / width · Σ dy·w·x, and dw += dy · x · f.</summary>
    /// <param name="x">The forward's input, [width].</param>
    /// <param name="weight">w, [width].</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="output">dy, [width]; overwritten with dy · w.</param>
    /// <param name="input">dx, [width]; may be <paramref name="output"/> when not accumulating.</param>
    /// <param name="weightGradient">dw, [width], added to.</param>
    /// <param name="accumulate">Whether dx is added to what <paramref name="input"/> holds.</param>
    public static void Run(
        ReadOnlySpan<float> x, ReadOnlySpan<float> weight, float epsilon, Span<float> output, Span<float> input, Span<float> weightGradient, bool accumulate)
    {
        int width = x.Length;
        ArgumentOutOfRangeException.ThrowIfNotEqual(weight.Length, width, nameof(weight));
        ArgumentOutOfRangeException.ThrowIfNotEqual(output.Length, width, nameof(output));
        ArgumentOutOfRangeException.ThrowIfNotEqual(input.Length, width, nameof(input));
        ArgumentOutOfRangeException.ThrowIfNotEqual(weightGradient.Length, width, nameof(weightGradient));
        float factor = 1 / MathF.Sqrt((Reduction.SumOfSquares(x) / width) + epsilon);
        fixed (float* px = x, w = weight, dy = output, dx = input, dw = weightGradient)
        {
            ElementLoop.Run(new WeightStep(px, w, dy, dw, factor), width);
            float pull = -(Reduction.Dot(output, x) / width * factor * factor * factor);
            ElementLoop.Run(new InputStep(px, dy, dx, factor, pull, accumulate), width);
        }
    }

    private readonly struct WeightStep(float* x, float* weight, float* output, float* weightGradient, float factor) : IElementStep
    {
        private readonly float* _x = x;
        private readonly float* _weight = weight;
        private readonly float* _output = output;
        private readonly float* _weightGradient = weightGradient;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes>(nint i)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            TLanes dy = TLanes.Load(_output + i);
            TLanes normalized = TLanes.Multiply(TLanes.Load(_x + i), TLanes.Broadcast(factor));
            TLanes.Store(TLanes.FusedMultiplyAdd(dy, normalized, TLanes.Load(_weightGradient + i)), _weightGradient + i);
            TLanes.Store(TLanes.Multiply(dy, TLanes.Load(_weight + i)), _output + i);
        }
    }

    private readonly struct InputStep(float* x, float* scaled, float* input, float factor, float pull, bool accumulate) : IElementStep
    {
        private readonly float* _x = x;
        private readonly float* _scaled = scaled;
        private readonly float* _input = input;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes>(nint i)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            TLanes start = accumulate ? TLanes.Load(_input + i) : TLanes.Zero;
            TLanes sum = TLanes.FusedMultiplyAdd(TLanes.Load(_scaled + i), TLanes.Broadcast(factor), start);
            TLanes.Store(TLanes.FusedMultiplyAdd(TLanes.Load(_x + i), TLanes.Broadcast(pull), sum), _input + i);
        }
    }
}
