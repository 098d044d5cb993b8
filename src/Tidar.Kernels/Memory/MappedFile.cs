using System.IO.MemoryMappedFiles;

namespace Tidar.Kernels.Memory;

/// <summary>
/// A read-only memory-mapped file. Weights are read through it, so that loading a checkpoint never holds a second copy
/// of the file in memory: its pages belong to the operating system's cache and can be dropped at any time.
/// </summary>
/// <remarks>Spans handed out are valid until <see cref="Dispose"/>; owners keep the file alive for as long as they read.</remarks>
public sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile? _map;
    private readonly MemoryMappedViewAccessor? _view;
    private byte* _pointer;

    private MappedFile(string path, long length, MemoryMappedFile? map, MemoryMappedViewAccessor? view)
    {
        Path = path;
        Length = length;
        _map = map;
        _view = view;
        if (view is null)
            return;
        byte* pointer = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        _pointer = pointer + view.PointerOffset;
    }

    /// <summary>The file's path as given.</summary>
    public string Path { get; }

    /// <summary>The file's length in bytes.</summary>
    public long Length { get; }

    /// <summary>Maps <paramref name="path"/> for reading. An empty file gives an empty map.</summary>
    /// <exception cref="IOException">The file is absent, is a folder, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static MappedFile Open(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1);
        long length = stream.Length;
        if (length == 0)
            return new MappedFile(path, 0, null, null);
        MemoryMappedFile map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        try
        {
            return new MappedFile(path, length, map, map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read));
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    /// <summary>The bytes [<paramref name="offset"/>, <paramref name="offset"/> + <paramref name="length"/>) of the file.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the file.</exception>
    public ReadOnlySpan<byte> Slice(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        ObjectDisposedException.ThrowIf(_pointer is null && Length > 0, this);
        return new ReadOnlySpan<byte>(_pointer + offset, length);
    }

    /// <summary>
    /// Tells the system that this process does not need the bytes [<paramref name="offset"/>, +<paramref name="length"/>) for now: their pages leave its resident memory and are read
    /// again when asked for. Does nothing where the system has no such call.
    /// </summary>
    public void Release(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        if (_pointer is not null)
            SystemMemory.Release(_pointer + offset, (nuint)length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_pointer is not null)
        {
            _pointer = null;
            _view!.SafeMemoryMappedViewHandle.ReleasePointer();
        }

        _view?.Dispose();
        _map?.Dispose();
    }
}
