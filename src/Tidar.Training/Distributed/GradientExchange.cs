using Tidar.Kernels.Collectives;
using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Memory;
using Tidar.Kernels.Threading;
using Tidar.Training.Backpropagation;

namespace Tidar.Training.Distributed;

/// <summary>
/// Adds up the gradients of a step's passes. Ranks take passes in turns (pass p is rank p mod size's); as soon as a pass's gradients of a bucket are final, every rank sends
/// each other rank its part, and whoever owns a part adds what it received in the order of the passes. So a sum's bits do not depend on the number of ranks, and what
/// travels is no more than in a reduce-scatter: every number goes to its owner once.
/// </summary>
internal sealed class GradientExchange : IGradientListener, IDisposable
{
    // Memory for what is received, and how far sending may fall behind the backward pass.
    private const int MostUnderWay = 4;

    private const int ChunkElements = 1 << 14;

    private readonly WorkerTeam _team;
    private readonly FlatParameters _parameters;
    private readonly ParameterShards _shards;
    private readonly ICollectives _ranks;
    private readonly AlignedBuffer<float>[] _received;
    private readonly Queue<Travelling> _underWay = new();
    private int _nextBucket;
    private int _nextPlace;
    private int _senders;
    private bool _isFirst;

    public GradientExchange(WorkerTeam team, FlatParameters parameters, ParameterShards shards, ICollectives ranks)
    {
        _team = team;
        _parameters = parameters;
        _shards = shards;
        _ranks = ranks;
        Sums = new AlignedBuffer<float>(shards.OwnCount);
        long most = ranks.Size == 1 ? 0 : ranks.Size * shards.Buckets.Max(static b => (long)b.Own.Length);
        _received = [.. Enumerable.Range(0, MostUnderWay).Select(_ => new AlignedBuffer<float>(most))];
    }

    /// <summary>Sums of this rank's parts, in compact memory; of the whole step after <see cref="Finish"/>.</summary>
    public AlignedBuffer<float> Sums { get; }

    /// <summary>Begins a round of passes, of which rank r has one when r is less than <paramref name="senders"/>. Gradients of the last round may still be travelling.</summary>
    /// <param name="senders">Ranks with a pass.</param>
    /// <param name="isFirst">Whether the round is the step's first: its sums replace the last step's.</param>
    public void BeginRound(int senders, bool isFirst)
    {
        _senders = senders;
        _isFirst = isFirst;
    }

    /// <summary>Takes part in a round in which this rank has no pass.</summary>
    public void SitOut()
    {
        Begin();
        Finished(0);
    }

    /// <summary>Gradients may be added to again: those of the last round are gone.</summary>
    public void Begin()
    {
        while (_underWay.Count > 0)
            Collect();
        _nextBucket = _shards.Buckets.Count - 1;
    }

    /// <inheritdoc/>
    public void Finished(long start)
    {
        for (; _nextBucket >= 0 && _shards.Buckets[_nextBucket].Slice.Start >= start; _nextBucket--)
        {
            if (_underWay.Count == MostUnderWay)
                Collect();
            Send(_shards.Buckets[_nextBucket]);
        }

        while (_underWay.TryPeek(out Travelling oldest) && oldest.Operation.IsDone)
            Collect();
    }

    /// <summary>Waits until the step's last round is added up.</summary>
    public void Finish()
    {
        while (_underWay.Count > 0)
            Collect();
    }

    /// <summary>Gives every rank the weights that their owners updated.</summary>
    public void GatherWeights()
    {
        CollectiveOperation[] operations = [.. _shards.Buckets.Select(b => _ranks.StartGather(_parameters.Values(b.Slice), b.Counts))];
        foreach (CollectiveOperation operation in operations)
            operation.Wait();
    }

    public void Dispose()
    {
        Sums.Dispose();
        foreach (AlignedBuffer<float> buffer in _received)
            buffer.Dispose();
    }

    private void Send(ShardBucket bucket)
    {
        int place = _nextPlace;
        _nextPlace = (place + 1) % MostUnderWay;
        Span<float> received = _ranks.Size == 1 ? [] : _received[place].Slice(0, _senders * bucket.Own.Length);
        CollectiveOperation operation = _ranks.StartExchange(_parameters.Gradients(bucket.Slice), bucket.Counts, _senders, received);
        _underWay.Enqueue(new Travelling(bucket, operation, place, _senders, _isFirst));
    }

    // Adds up the oldest bucket under way, and zeroes its gradients for the next pass.
    private void Collect()
    {
        Travelling oldest = _underWay.Dequeue();
        oldest.Operation.Wait();
        ParameterSlice all = oldest.Bucket.Slice, own = oldest.Bucket.Own;
        AddJob add = new(this, oldest);
        _team.Run(ref add, Chunks(own.Length));
        if (_ranks.Rank >= oldest.Senders)
            return;
        Clear(all.Start, own.Start);
        Clear(own.Start + own.Length, all.Start + all.Length);
    }

    private void Clear(long start, long end)
    {
        ClearJob clear = new(_parameters, new ParameterSlice(start, (int)(end - start)));
        _team.Run(ref clear, Chunks((int)(end - start)));
    }

    private static int Chunks(int length) => (length + ChunkElements - 1) / ChunkElements;

    private static (int First, int Length) Bounds(int chunk, int length) => (chunk * ChunkElements, Math.Min(ChunkElements, length - (chunk * ChunkElements)));

    /// <summary>A bucket under way.</summary>
    private readonly record struct Travelling(ShardBucket Bucket, CollectiveOperation Operation, int Place, int Senders, bool IsFirst);

    private readonly struct AddJob(GradientExchange owner, Travelling bucket) : IJob
    {
        public void Execute(int item, int worker)
        {
            ParameterSlice own = bucket.Bucket.Own;
            (int first, int length) = Bounds(item, own.Length);
            Span<float> sum = owner.Sums.Slice(bucket.Bucket.Offset + first, length);
            for (int sender = 0; sender < bucket.Senders; sender++)
            {
                bool isOwn = sender == owner._ranks.Rank;
                Span<float> part = isOwn
                    ? owner._parameters.Gradients(new ParameterSlice(own.Start + first, length))
                    : owner._received[bucket.Place].Slice(((long)sender * own.Length) + first, length);
                if (bucket.IsFirst && sender == 0)
                    part.CopyTo(sum);
                else
                    Activations.Add(sum, part, sum);

                // While it is still in the cache.
                if (isOwn)
                    part.Clear();
            }
        }
    }

    private readonly struct ClearJob(FlatParameters parameters, ParameterSlice slice) : IJob
    {
        public void Execute(int item, int worker)
        {
            (int first, int length) = Bounds(item, slice.Length);
            parameters.Gradients(new ParameterSlice(slice.Start + first, length)).Clear();
        }
    }
}
