namespace Tidar.Kernels.Collectives;

/// <summary>
/// What the processes (ranks) of one run exchange. One thread calls, and every rank makes the same calls in the same order. No sum is made here: numbers travel,
/// and whoever receives them adds them in an order of its own choice.
/// </summary>
public interface ICollectives : IDisposable
{
    /// <summary>This process, 0 … <see cref="Size"/> - 1.</summary>
    int Rank { get; }

    /// <summary>Number of processes.</summary>
    int Size { get; }

    /// <summary>
    /// Begins to hand every rank its part of what ranks 0 … <paramref name="senders"/> - 1 hold: the parts of <paramref name="values"/> lie one after another,
    /// <paramref name="counts"/>[r] elements for rank r.
    /// </summary>
    /// <param name="values">What this rank holds; it must stay as it is until the operation is done.</param>
    /// <param name="counts">Elements of every rank's part; must stay too.</param>
    /// <param name="senders">Ranks that take part with values; the others only receive.</param>
    /// <param name="received">[senders, own part]: the parts sent to this rank; the place of this rank itself is left alone. Memory that does not move.</param>
    CollectiveOperation StartExchange(Span<float> values, int[] counts, int senders, Span<float> received);

    /// <summary>Begins to give every rank all of <paramref name="values"/>, of which rank r holds the r-th part.</summary>
    /// <param name="values">The parts, one after another, in memory that does not move.</param>
    /// <param name="counts">Elements of every part.</param>
    CollectiveOperation StartGather(Span<float> values, int[] counts);

    /// <summary>Begins <see cref="Merge"/> of memory that does not move.</summary>
    CollectiveOperation StartMerge(Span<byte> values);

    /// <summary>
    /// Waits until <paramref name="values"/> are on every rank the bitwise or of all ranks' values: each fills in what it knows and leaves the rest zero.
    /// </summary>
    void Merge(Span<byte> values);

    /// <summary>Ends all ranks at once, this one included: something went wrong here that the others, who would wait for ever, cannot know.</summary>
    void Abort(int exitCode);
}
