using System.Runtime.CompilerServices;
using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Elementwise;

/// <summary>Element-wise functions of the forward pass.</summary>
public static class Activations
{
    /// <summary>SwiGLU: y = silu(gate) · up, silu(g) = g / (1 + e^-g). All of one length; <paramref name="y"/> may be an input.</summary>
    public static void SwiGlu(ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> y) => Map.Run(default(SwiGluMap), gate, up, y);

    /// <summary>y = a + b; <paramref name="y"/> may be an input.</summary>
    public static void Add(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y) => Map.Run(default(AddMap), a, b, y);

    /// <summary>y = a + <paramref name="factor"/> · b; <paramref name="y"/> may be an input.</summary>
    public static void AddScaled(ReadOnlySpan<float> a, ReadOnlySpan<float> b, float factor, Span<float> y) => Map.Run(new AddScaledMap(factor), a, b, y);

    /// <summary>y = <paramref name="factor"/> · x; <paramref name="y"/> may be the input.</summary>
    public static void Scale(ReadOnlySpan<float> x, float factor, Span<float> y) => Map.Run(new ScaleMap(factor), x, x, y);

    /// <summary>y = e^x, see <see cref="Exponential"/> for the range.</summary>
    public static void Exp(ReadOnlySpan<float> x, Span<float> y) => Map.Run(default(ExpMap), x, x, y);

    /// <summary>One register of <see cref="SwiGlu(ReadOnlySpan{float}, ReadOnlySpan{float}, Span{float})"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes SwiGlu<TLanes>(TLanes gate, TLanes up)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes silu = TLanes.Divide(gate, TLanes.Add(TLanes.Broadcast(1), Exponential.Of(TLanes.Subtract(TLanes.Zero, gate))));
        return TLanes.Multiply(silu, up);
    }

    private readonly struct SwiGluMap : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Apply<TLanes>(TLanes a, TLanes b)
            where TLanes : unmanaged, ILanes<TLanes>
            => SwiGlu(a, b);
    }

    private readonly struct AddMap : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Apply<TLanes>(TLanes a, TLanes b)
            where TLanes : unmanaged, ILanes<TLanes>
            => TLanes.Add(a, b);
    }

    private readonly struct AddScaledMap(float factor) : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Apply<TLanes>(TLanes a, TLanes b)
            where TLanes : unmanaged, ILanes<TLanes>
            => TLanes.FusedMultiplyAdd(b, TLanes.Broadcast(factor), a);
    }

    private readonly struct ScaleMap(float factor) : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Apply<TLanes>(TLanes a, TLanes b)
            where TLanes : unmanaged, ILanes<TLanes>
            => TLanes.Multiply(a, TLanes.Broadcast(factor));
    }

    private readonly struct ExpMap : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Apply<TLanes>(TLanes a, TLanes b)
            where TLanes : unmanaged, ILanes<TLanes>
            => Exponential.Of(a);
    }
}
