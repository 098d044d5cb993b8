namespace Tidar.Kernels;

/// <summary>
/// Memory bandwidth of the moment. On a shared machine it changes by half from one second to the next, with what the neighbours do: a share of it means something only if both were
/// measured within the same moment. Holds 512 MiB.
/// </summary>
/// <param name="threads">Threads that read at once.</param>
public sealed class MemoryProbe(int threads) : IDisposable
{
    private readonly MachinePeak.PeakWindow _read = new MachinePeak.ReadWindow(threads);

    /// <summary>Bytes per second, measured within about 40 ms.</summary>
    /// <remarks>The best of three: in a single one a thread may come late and leave its part to another, as if there were fewer threads.</remarks>
    public double Sample() => Math.Max(_read.Next(), Math.Max(_read.Next(), _read.Next()));

    /// <inheritdoc/>
    public void Dispose() => _read.Dispose();
}
