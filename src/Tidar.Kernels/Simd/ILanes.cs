namespace Tidar.Kernels.Simd;

/// <summary>
/// One SIMD register of float32 lanes, so that a kernel is written once and compiled for every register width.
/// Kernels that use it keep each lane's own sequence of operations (never a horizontal one), which makes their results
/// the same bits at every width: multiply-add is always fused, and everything else is exactly rounded IEEE arithmetic.
/// </summary>
internal unsafe interface ILanes<TSelf>
    where TSelf : unmanaged, ILanes<TSelf>
{
    /// <summary>Lanes in a register.</summary>
    static abstract int Count { get; }

    /// <summary>Rows of the register tile that the multiply kernel may hold (two registers a row) without spilling.</summary>
    static abstract int TileRows { get; }

    static abstract TSelf Zero { get; }

    static abstract TSelf Load(float* source);

    /// <summary>Loads bfloat16 values and widens them exactly.</summary>
    static abstract TSelf LoadBFloat16(ushort* source);

    static abstract TSelf Broadcast(float value);

    static abstract void Store(TSelf value, float* destination);

    static abstract TSelf Add(TSelf a, TSelf b);

    static abstract TSelf Subtract(TSelf a, TSelf b);

    static abstract TSelf Multiply(TSelf a, TSelf b);

    static abstract TSelf Divide(TSelf a, TSelf b);

    /// <summary>a·b + c, rounded once.</summary>
    static abstract TSelf FusedMultiplyAdd(TSelf a, TSelf b, TSelf c);

    static abstract TSelf Min(TSelf a, TSelf b);

    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>The square root, exactly rounded.</summary>
    static abstract TSelf Sqrt(TSelf a);

    /// <summary>value · 2^n, where the low bits of <paramref name="shifted"/> hold n (a number with 1.5·2^23 added).</summary>
    static abstract TSelf ScaleByPowerOfTwo(TSelf value, TSelf shifted);
}
