namespace Tidar.Kernels.Matrices;

/// <summary>
/// What to bring nearer during one of the calls for a panel. The first call reads the panel itself from memory and looks a little ahead in it; the others share the next panel
/// among them, so that memory is read at an even pace. Only a panel that the same thread will multiply is worth it: bringing another's doubles what is read.
/// </summary>
/// <param name="Panel">The next panel of the same thread; the present one where there is none.</param>
/// <param name="Part">Which call this is, from 0.</param>
/// <param name="Parts">Calls for the present panel.</param>
internal readonly record struct PanelAhead(int Panel, int Part, int Parts)
{
    // Bytes ahead of a stream: more than arrive within the latency of memory.
    private const int Distance = 4096;

    /// <summary>Where to begin to bring bytes nearer, and how many for each <paramref name="unit"/> bytes that are multiplied.</summary>
    public unsafe (nint Start, nint Step) Range(byte* present, byte* next, nint bytes, nint unit)
    {
        if (Part == 0)
            return ((nint)present + Distance, unit);
        if (present == next)
            return ((nint)present, 0);
        nint step = (unit + Parts - 2) / (Parts - 1);
        return ((nint)next + ((Part - 1) * step * (bytes / unit)), step);
    }
}
