using System.Runtime.InteropServices;

namespace Tidar.Kernels.Memory;

/// <summary>
/// Native memory for packed weights, caches and activations: 64-byte aligned (one cache line, one 512-bit vector), zeroed,
/// never moved by the garbage collector, and able to exceed the 2 GiB of a managed array. Large ones ask for huge pages.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed unsafe class AlignedBuffer<T> : IDisposable
    where T : unmanaged
{
    private const nuint Alignment = 64;
    private readonly bool _mapped;
    private T* _pointer;

    /// <summary>Allocates <paramref name="length"/> zeroed elements.</summary>
    /// <exception cref="OutOfMemoryException">The memory is not to be had.</exception>
    public AlignedBuffer(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        nuint bytes = checked((nuint)Math.Max(1, length) * (nuint)sizeof(T));
        _pointer = (T*)SystemMemory.TryMap(bytes);
        _mapped = _pointer is not null;
        if (!_mapped)
        {
            _pointer = (T*)NativeMemory.AlignedAlloc(bytes, Alignment);
            NativeMemory.Clear(_pointer, bytes);
        }

        NativeAllocations.Add((long)bytes);
        GC.AddMemoryPressure(Math.Max(1, checked((long)bytes)));
    }

    /// <summary>Frees memory whose owner was dropped without <see cref="Dispose"/>.</summary>
    ~AlignedBuffer() => Free();

    /// <summary>Number of elements.</summary>
    public long Length { get; }

    /// <summary>Address of element 0.</summary>
    internal T* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pointer is null, this);
            return _pointer;
        }
    }

    /// <summary>The elements [<paramref name="start"/>, <paramref name="start"/> + <paramref name="length"/>).</summary>
    public Span<T> Slice(long start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Length - length);
        return new Span<T>(Pointer + start, length);
    }

    /// <summary>All elements; only for buffers of fewer than 2^31 elements.</summary>
    public Span<T> Span => Slice(0, checked((int)Length));

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_pointer is null)
            return;
        if (_mapped)
            SystemMemory.Unmap(_pointer, (nuint)Length * (nuint)sizeof(T));
        else
            NativeMemory.AlignedFree(_pointer);
        _pointer = null;
        GC.RemoveMemoryPressure(Math.Max(1, Length * sizeof(T)));
    }
}
