using System.Runtime.InteropServices;
using Tidar.Kernels.Collectives;

namespace Tidar.Training.Tests.Distributed;

/// <summary>Ranks that are threads of this process and exchange through its memory, so that what many machines do can be tested without MPI.</summary>
internal sealed class ThreadRanks(int size) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Barrier _barrier = new(size);
    private readonly byte[][] _posted = new byte[size][];

    public void Dispose() => _barrier.Dispose();

    /// <summary>Runs the same on so many ranks; the exceptions that ranks ended with, null where none.</summary>
    public static Exception?[] Run(int size, Action<ICollectives> action)
    {
        using ThreadRanks group = new(size);
        return group.Run(action);
    }

    private Exception?[] Run(Action<ICollectives> action)
    {
        Exception?[] failures = new Exception?[size];
        Thread[] threads = [.. Enumerable.Range(0, size).Select(r => new Thread(() => failures[r] = Record.Exception(() => action(new Member(this, r)))) { IsBackground = true })];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            Assert.True(thread.Join(Patience), "a rank hangs");
        return failures;
    }

    // Everybody posts, everybody reads, nobody goes on before all have read.
    private void Share(int rank, ReadOnlySpan<byte> own, Action<byte[][]> read)
    {
        _posted[rank] = own.ToArray();
        Assert.True(_barrier.SignalAndWait(Patience), "ranks do not make the same calls");
        read(_posted);
        Assert.True(_barrier.SignalAndWait(Patience), "ranks do not make the same calls");
    }

    private sealed class Member(ThreadRanks group, int rank) : ICollectives
    {
        public int Rank => rank;

        public int Size => group._posted.Length;

        public CollectiveOperation StartExchange(Span<float> values, int[] counts, int senders, Span<float> received)
        {
            int before = counts.Take(rank).Sum(), own = counts[rank];
            Assert.Equal(counts.Sum(), values.Length);
            float[] result = received.ToArray();
            group.Share(rank, rank < senders ? MemoryMarshal.AsBytes(values) : [], all =>
            {
                for (int sender = 0; sender < senders; sender++)
                {
                    if (sender != rank)
                        MemoryMarshal.Cast<byte, float>(all[sender]).Slice(before, own).CopyTo(result.AsSpan(sender * own, own));
                }
            });
            result.CopyTo(received);
            return CollectiveOperation.Done;
        }

        public CollectiveOperation StartGather(Span<float> values, int[] counts)
        {
            float[] result = new float[values.Length];
            group.Share(rank, MemoryMarshal.AsBytes(values), all =>
            {
                for (int r = 0, start = 0; r < counts.Length; start += counts[r++])
                    MemoryMarshal.Cast<byte, float>(all[r]).Slice(start, counts[r]).CopyTo(result.AsSpan(start));
            });
            result.CopyTo(values);
            return CollectiveOperation.Done;
        }

        public CollectiveOperation StartMerge(Span<byte> values)
        {
            Merge(values);
            return CollectiveOperation.Done;
        }

        public void Merge(Span<byte> values)
        {
            byte[] result = new byte[values.Length];
            group.Share(rank, values, all =>
            {
                foreach (byte[] one in all)
                {
                    for (int i = 0; i < result.Length; i++)
                        result[i] |= one[i];
                }
            });
            result.CopyTo(values);
        }

        public void Abort(int exitCode) => throw new NotSupportedException();

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
