using System.Runtime.CompilerServices;
using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Elementwise;

/// <summary>The backward pass of <see cref="Activations.SwiGlu"/>, y = silu(gate) · up.</summary>
public static unsafe class SwiGluGradient
{
    /// <summary>Gradients of gate and up from the gradient of y; all of one length.</summary>
    /// <param name="gate">The forward's gate.</param>
    /// <param name="up">The forward's up.</param>
    /// <param name="output">Gradient of y.</param>
    /// <param name="gateGradient">Receives the gradient of gate; may be <paramref name="gate"/>.</param>
    /// <param name="upGradient">Receives the gradient of up; may be <paramref name="up"/>.</param>
    public static void Run(ReadOnlySpan<float> gate, ReadOnlySpan<float> up, ReadOnlySpan<float> output, Span<float> gateGradient, Span<float> upGradient)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(up.Length, gate.Length, nameof(up));
        ArgumentOutOfRangeException.ThrowIfNotEqual(output.Length, gate.Length, nameof(output));
        ArgumentOutOfRangeException.ThrowIfNotEqual(gateGradient.Length, gate.Length, nameof(gateGradient));
        ArgumentOutOfRangeException.ThrowIfNotEqual(upGradient.Length, gate.Length, nameof(upGradient));
        fixed (float* g = gate, u = up, dy = output, dg = gateGradient, du = upGradient)
            ElementLoop.Run(new Step(g, u, dy, dg, du), gate.Length);
    }

    private readonly struct Step(float* gate, float* up, float* output, float* gateGradient, float* upGradient) : IElementStep
    {
        private readonly float* _gate = gate;
        private readonly float* _up = up;
        private readonly float* _output = output;
        private readonly float* _gateGradient = gateGradient;
        private readonly float* _upGradient = upGradient;

        // silu'(g) = s · (1 + g · (1 - s)) with s = 1 / (1 + e^-g).
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes>(nint i)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            TLanes one = TLanes.Broadcast(1);
            TLanes g = TLanes.Load(_gate + i), u = TLanes.Load(_up + i), dy = TLanes.Load(_output + i);
            TLanes s = TLanes.Divide(one, TLanes.Add(one, Exponential.Of(TLanes.Subtract(TLanes.Zero, g))));
            TLanes slope = TLanes.Multiply(s, TLanes.FusedMultiplyAdd(g, TLanes.Subtract(one, s), one));
            TLanes.Store(TLanes.Multiply(TLanes.Multiply(dy, u), slope), _gateGradient + i);
            TLanes.Store(TLanes.Multiply(dy, TLanes.Multiply(g, s)), _upGradient + i);
        }
    }
}
