namespace Tidar.Kernels.Collectives;

/// <summary>A run of one process: everything is where it belongs already.</summary>
public sealed class SingleRank : ICollectives
{
    /// <summary>The only one.</summary>
    public static SingleRank Instance { get; } = new();

    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Size => 1;

    /// <inheritdoc/>
    public CollectiveOperation StartExchange(Span<float> values, int[] counts, int senders, Span<float> received) => CollectiveOperation.Done;

    /// <inheritdoc/>
    public CollectiveOperation StartGather(Span<float> values, int[] counts) => CollectiveOperation.Done;

    /// <inheritdoc/>
    public CollectiveOperation StartMerge(Span<byte> values) => CollectiveOperation.Done;

    /// <inheritdoc/>
    public void Merge(Span<byte> values)
    {
        // Its own values are all there are.
    }

    /// <inheritdoc/>
    public void Abort(int exitCode) => Environment.Exit(exitCode);

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held.
    }
}
