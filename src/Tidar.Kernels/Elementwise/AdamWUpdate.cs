using System.Runtime.CompilerServices;
using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Elementwise;

/// <summary>The element-wise part of AdamW (arXiv 1711.05101), one pass over parameters, gradients and both moments.</summary>
public readonly unsafe struct AdamWUpdate
{
    /// <summary>Learning rate.</summary>
    public required float LearningRate { get; init; }

    /// <summary>β₁.</summary>
    public required float Beta1 { get; init; }

    /// <summary>β₂.</summary>
    public required float Beta2 { get; init; }

    /// <summary>ε, added to the square root.</summary>
    public required float Epsilon { get; init; }

    /// <summary>Factor on every gradient (clipping); 1 for none.</summary>
    public required float GradientScale { get; init; }

    /// <summary>1 / (1 - β₁ᵗ).</summary>
    public required float FirstCorrection { get; init; }

    /// <summary>1 / (1 - β₂ᵗ).</summary>
    public required float SecondCorrection { get; init; }

    /// <summary>p ← p·(1 - rate·decay) - rate · m̂ / (√v̂ + ε), with the moments updated first; all of one length.</summary>
    public void Run(Span<float> parameters, ReadOnlySpan<float> gradients, Span<float> first, Span<float> second, float decay)
    {
        int length = parameters.Length;
        ArgumentOutOfRangeException.ThrowIfNotEqual(gradients.Length, length, nameof(gradients));
        ArgumentOutOfRangeException.ThrowIfNotEqual(first.Length, length, nameof(first));
        ArgumentOutOfRangeException.ThrowIfNotEqual(second.Length, length, nameof(second));
        fixed (float* p = parameters, g = gradients, m = first, v = second)
            ElementLoop.Run(new Step(this, p, g, m, v, 1 - (LearningRate * decay)), length);
    }

    private readonly struct Step(AdamWUpdate rule, float* parameters, float* gradients, float* first, float* second, float keep) : IElementStep
    {
        private readonly AdamWUpdate _rule = rule;
        private readonly float* _parameters = parameters;
        private readonly float* _gradients = gradients;
        private readonly float* _first = first;
        private readonly float* _second = second;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes>(nint i)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            TLanes g = TLanes.Multiply(TLanes.Load(_gradients + i), TLanes.Broadcast(_rule.GradientScale));
            TLanes m = TLanes.FusedMultiplyAdd(
                g, TLanes.Broadcast(1 - _rule.Beta1), TLanes.Multiply(TLanes.Load(_first + i), TLanes.Broadcast(_rule.Beta1)));
            TLanes v = TLanes.FusedMultiplyAdd(
                TLanes.Multiply(g, g), TLanes.Broadcast(1 - _rule.Beta2), TLanes.Multiply(TLanes.Load(_second + i), TLanes.Broadcast(_rule.Beta2)));
            TLanes.Store(m, _first + i);
            TLanes.Store(v, _second + i);
            TLanes root = TLanes.Add(TLanes.Sqrt(TLanes.Multiply(v, TLanes.Broadcast(_rule.SecondCorrection))), TLanes.Broadcast(_rule.Epsilon));
            TLanes step = TLanes.Divide(TLanes.Multiply(m, TLanes.Broadcast(_rule.LearningRate * _rule.FirstCorrection)), root);
            TLanes.Store(TLanes.Subtract(TLanes.Multiply(TLanes.Load(_parameters + i), TLanes.Broadcast(keep)), step), _parameters + i);
        }
    }
}
