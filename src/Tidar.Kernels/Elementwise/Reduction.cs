using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Tidar.Kernels.Elementwise;

/// <summary>
/// Sums in one fixed order: element i goes to accumulator i mod 16, the 16 accumulators are added as a fixed tree. The order, and so the bits, are the
/// same on every tier, because four 128-bit registers hold the accumulators everywhere.
/// </summary>
public static class Reduction
{
    private const int Accumulators = 16;

    /// <summary>Σ x².</summary>
    public static float SumOfSquares(ReadOnlySpan<float> x) => Dot(x, x);

    /// <summary>Σ a·b over two vectors of one length.</summary>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(b.Length, a.Length, nameof(b));
        ref float pa = ref MemoryMarshal.GetReference(a);
        ref float pb = ref MemoryMarshal.GetReference(b);
        Vector128<float> s0 = default, s1 = default, s2 = default, s3 = default;
        nuint i = 0;
        for (; (int)i + Accumulators <= a.Length; i += Accumulators)
        {
            s0 = Vector128.FusedMultiplyAdd(Vector128.LoadUnsafe(ref pa, i), Vector128.LoadUnsafe(ref pb, i), s0);
            s1 = Vector128.FusedMultiplyAdd(Vector128.LoadUnsafe(ref pa, i + 4), Vector128.LoadUnsafe(ref pb, i + 4), s1);
            s2 = Vector128.FusedMultiplyAdd(Vector128.LoadUnsafe(ref pa, i + 8), Vector128.LoadUnsafe(ref pb, i + 8), s2);
            s3 = Vector128.FusedMultiplyAdd(Vector128.LoadUnsafe(ref pa, i + 12), Vector128.LoadUnsafe(ref pb, i + 12), s3);
        }

        if ((int)i == a.Length)
            return Tree(s0, s1, s2, s3);
        Span<float> tail = stackalloc float[Accumulators];
        Store(s0, s1, s2, s3, tail);
        for (int j = 0; (int)i < a.Length; i++, j++)
            tail[j] = MathF.FusedMultiplyAdd(Unsafe.Add(ref pa, i), Unsafe.Add(ref pb, i), tail[j]);
        return Tree(Vector128.Create<float>(tail), Vector128.Create<float>(tail[4..]), Vector128.Create<float>(tail[8..]), Vector128.Create<float>(tail[12..]));
    }

    /// <summary>Σ x.</summary>
    public static float Sum(ReadOnlySpan<float> x) => Sum<Itself>(x);

    /// <summary>Σ |x|.</summary>
    public static float SumOfMagnitudes(ReadOnlySpan<float> x) => Sum<Magnitude>(x);

    private interface ITerm
    {
        static abstract Vector128<float> Of(Vector128<float> x);
    }

    private readonly struct Itself : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<float> Of(Vector128<float> x) => x;
    }

    private readonly struct Magnitude : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<float> Of(Vector128<float> x) => Vector128.Abs(x);
    }

    private static float Sum<TTerm>(ReadOnlySpan<float> x)
        where TTerm : struct, ITerm
    {
        ref float px = ref MemoryMarshal.GetReference(x);
        Vector128<float> s0 = default, s1 = default, s2 = default, s3 = default;
        nuint i = 0;
        for (; (int)i + Accumulators <= x.Length; i += Accumulators)
        {
            s0 += TTerm.Of(Vector128.LoadUnsafe(ref px, i));
            s1 += TTerm.Of(Vector128.LoadUnsafe(ref px, i + 4));
            s2 += TTerm.Of(Vector128.LoadUnsafe(ref px, i + 8));
            s3 += TTerm.Of(Vector128.LoadUnsafe(ref px, i + 12));
        }

        if ((int)i == x.Length)
            return Tree(s0, s1, s2, s3);
        Span<float> tail = stackalloc float[Accumulators];
        Store(s0, s1, s2, s3, tail);
        for (int j = 0; (int)i < x.Length; i++, j++)
            tail[j] += TTerm.Of(Vector128.CreateScalar(Unsafe.Add(ref px, i))).ToScalar();
        return Tree(Vector128.Create<float>(tail), Vector128.Create<float>(tail[4..]), Vector128.Create<float>(tail[8..]), Vector128.Create<float>(tail[12..]));
    }

    /// <summary>The largest element (negative infinity for none). The order does not matter to a maximum.</summary>
    public static float Max(ReadOnlySpan<float> x)
    {
        float max = float.NegativeInfinity;
        int i = 0;
        if (Vector.IsHardwareAccelerated && x.Length >= Vector<float>.Count)
        {
            Vector<float> best = new(x);
            for (i = Vector<float>.Count; i + Vector<float>.Count <= x.Length; i += Vector<float>.Count)
                best = Vector.Max(best, new Vector<float>(x[i..]));
            best = Vector.Max(best, new Vector<float>(x[^Vector<float>.Count..]));
            i = x.Length;
            for (int lane = 0; lane < Vector<float>.Count; lane++)
                max = MathF.Max(max, best[lane]);
        }

        for (; i < x.Length; i++)
            max = MathF.Max(max, x[i]);
        return max;
    }

    /// <summary>The index of the largest element, the lowest one among equals; -1 for none.</summary>
    public static int ArgMax(ReadOnlySpan<float> x) => x.IsEmpty ? -1 : x.IndexOf(Max(x));

    private static void Store(Vector128<float> s0, Vector128<float> s1, Vector128<float> s2, Vector128<float> s3, Span<float> target)
    {
        s0.CopyTo(target);
        s1.CopyTo(target[4..]);
        s2.CopyTo(target[8..]);
        s3.CopyTo(target[12..]);
    }

    private static float Tree(Vector128<float> s0, Vector128<float> s1, Vector128<float> s2, Vector128<float> s3)
    {
        Vector128<float> s = (s0 + s2) + (s1 + s3);
        return (s[0] + s[2]) + (s[1] + s[3]);
    }
}
