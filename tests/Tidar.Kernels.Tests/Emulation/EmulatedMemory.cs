namespace Tidar.Kernels.Tests.Emulation;

/// <summary>The bytes that emulated code may touch: real memory of the test, region by region. Anything else faults, which is how reads beyond a buffer are found.</summary>
internal sealed unsafe class EmulatedMemory
{
    private readonly List<Region> _regions = [];

    /// <summary>No limits, for code whose accesses other tests watch.</summary>
    public static EmulatedMemory Everything => new EmulatedMemory().Allow(null, long.MaxValue, writable: true);

    /// <summary>Allows <paramref name="length"/> bytes from <paramref name="start"/> on.</summary>
    public EmulatedMemory Allow(void* start, long length, bool writable = false)
    {
        _regions.Add(new Region((ulong)start, (ulong)length, writable));
        return this;
    }

    /// <summary>The bytes of one access.</summary>
    public Span<byte> At(ulong address, int bytes, bool write)
    {
        foreach (Region region in _regions)
        {
            if (address >= region.Start && address - region.Start + (ulong)bytes <= region.Length && (region.Writable || !write))
                return new Span<byte>((void*)address, bytes);
        }

        Region? nearest = _regions.Where(r => address + (ulong)bytes > r.Start).OrderByDescending(r => r.Start).Cast<Region?>().FirstOrDefault();
        string place = nearest is { } n ? $"{(long)(address - n.Start)} bytes into a {(n.Writable ? "writable" : "read-only")} region of {n.Length}" : $"0x{address:x}, before every region";
        throw new EmulationFault($"{(write ? "write" : "read")} of {bytes} bytes at {place}");
    }

    private readonly record struct Region(ulong Start, ulong Length, bool Writable);
}
