using System.Runtime.CompilerServices;
using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Elementwise;

/// <summary>Cross-entropy of one row of logits against one target, with its gradient.</summary>
public static class CrossEntropy
{
    /// <summary>Returns -log softmax(logits)[target] and leaves <paramref name="weight"/> times its gradient in place of the logits.</summary>
    /// <param name="logits">The logits, [vocabulary]; overwritten.</param>
    /// <param name="target">The right token.</param>
    /// <param name="weight">What this row's loss counts in the total.</param>
    public static float Run(Span<float> logits, int target, float weight)
    {
        float chosen = logits[target];
        float loss = Softmax.Run(logits) - chosen;
        Map.Run(new ScaleMap(weight), logits, logits, logits);
        logits[target] -= weight;
        return loss;
    }

    private readonly struct ScaleMap(float factor) : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Apply<TLanes>(TLanes a, TLanes b)
            where TLanes : unmanaged, ILanes<TLanes>
            => TLanes.Multiply(a, TLanes.Broadcast(factor));
    }
}
