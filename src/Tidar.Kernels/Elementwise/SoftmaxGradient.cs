using System.Runtime.CompilerServices;
using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Elementwise;

/// <summary>The backward pass of <see cref="Softmax"/> inside attention.</summary>
public static unsafe class SoftmaxGradient
{
    /// <summary>ds = p · (dp - <paramref name="mean"/>) · <paramref name="scale"/>, the gradient of the unscaled scores; in place of dp.</summary>
    /// <param name="probabilities">p, the forward's weights.</param>
    /// <param name="gradient">dp on entry, ds on return.</param>
    /// <param name="mean">Σ p·dp, which equals the dot product of the row's output and its gradient.</param>
    /// <param name="scale">The scale of the scores inside the softmax.</param>
    public static void Run(ReadOnlySpan<float> probabilities, Span<float> gradient, float mean, float scale) =>
        Map.Run(new GradientMap(mean, scale), probabilities, gradient, gradient);

    private readonly struct GradientMap(float mean, float scale) : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Apply<TLanes>(TLanes a, TLanes b)
            where TLanes : unmanaged, ILanes<TLanes>
            => TLanes.Multiply(a, TLanes.Multiply(TLanes.Subtract(b, TLanes.Broadcast(mean)), TLanes.Broadcast(scale)));
    }
}
