using System.Runtime.CompilerServices;
using Tidar.Kernels.Memory;

namespace Tidar.Kernels.Threading;

/// <summary>
/// A fixed team of threads that shares the items of one <see cref="IJob"/> at a time, neighbouring items by the same thread where that keeps all busy. The caller works too. Idle workers spin shortly (the next job of
/// a forward pass is microseconds away), then sleep. Nothing is allocated per job.
/// </summary>
public sealed unsafe class WorkerTeam : IDisposable
{
    // Many small items are taken several at a time: taking one costs as much as a short row's work.
    private const int GrainsPerThread = 32;
    private const int SpinIterations = 400;

    // Counters of different workers lie in different cache lines.
    private const int CounterStride = 32;

    private readonly Thread[] _workers;
    private readonly SemaphoreSlim[] _wake;
    private readonly bool[] _asleep;
    private readonly int[] _next;
    private delegate*<void*, int, int, void> _execute;
    private void* _job;
    private int _count;
    private int _grain;
    private int _joined;
    private int _open;
    private int _generation;
    private int _busy;
    private Exception? _failure;
    private volatile bool _stopping;
    private AlignedBuffer<byte> _scratch = new(0);

    /// <summary>Starts a team of <paramref name="threads"/> threads, the caller included.</summary>
    public WorkerTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _workers = new Thread[threads - 1];
        _wake = new SemaphoreSlim[threads - 1];
        _asleep = new bool[threads - 1];
        _next = new int[threads * CounterStride];
        for (int i = 0; i < _workers.Length; i++)
        {
            int worker = i;
            _wake[i] = new SemaphoreSlim(0);
            _workers[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"tidar worker {i + 1}" };
            _workers[i].Start();
        }
    }

    /// <summary>Threads in the team, the caller included.</summary>
    public int Threads { get; }

    /// <summary>Executes items 0 … <paramref name="count"/>-1 of <paramref name="job"/> and returns when all are done.</summary>
    /// <remarks>A call from inside a running job, or from a second thread meanwhile, is executed by its caller alone.</remarks>
    public void Run<TJob>(ref TJob job, int count)
        where TJob : struct, IJob, allows ref struct
    {
        if (count <= 1 || _workers.Length == 0 || Interlocked.Exchange(ref _busy, 1) == 1)
        {
            for (int i = 0; i < count; i++)
                job.Execute(i, 0);
            return;
        }

        // The job lives in the caller's frame, which outlives the call: workers reach it through a plain pointer and the
        // garbage collector keeps reporting (and updating) the references inside it from that frame.
        _job = Unsafe.AsPointer(ref job);
        _execute = &Execute<TJob>;
        _count = count;
        for (int worker = 0; worker < Threads; worker++)
            _next[worker * CounterStride] = RangeStart(worker);
        _grain = Math.Max(1, count / (Threads * GrainsPerThread));
        _failure = null;
        Volatile.Write(ref _open, 1);
        Interlocked.Increment(ref _generation);
        for (int i = 0; i < _workers.Length; i++)
        {
            if (Volatile.Read(ref _asleep[i]))
                _wake[i].Release();
        }

        Drain(0);

        // Only workers that came in time are waited for: on a busy machine a worker may not get a processor before the caller has done all items itself.
        Interlocked.Exchange(ref _open, 0);
        SpinWait spinner = default;
        while (Volatile.Read(ref _joined) > 0)
            spinner.SpinOnce(sleep1Threshold: -1);
        Exception? failure = _failure;
        _job = null;
        Volatile.Write(ref _busy, 0);
        if (failure is not null)
            throw new AggregateException(failure);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stopping)
            return;
        _stopping = true;
        Interlocked.Increment(ref _generation);
        foreach (SemaphoreSlim wake in _wake)
            wake.Release();
        foreach (Thread worker in _workers)
            worker.Join();
        foreach (SemaphoreSlim wake in _wake)
            wake.Dispose();
        _scratch.Dispose();
    }

    /// <summary>Scratch memory for the kernel that is running; the next kernel may use the same bytes.</summary>
    internal byte* Scratch(long bytes)
    {
        BufferGrowth.Reserve(ref _scratch, bytes, bytes / 4);

        return _scratch.Pointer;
    }

    private static void Execute<TJob>(void* job, int item, int worker)
        where TJob : struct, IJob, allows ref struct
        => Unsafe.AsRef<TJob>(job).Execute(item, worker);

    // Every worker has a range of neighbouring items, so that it reads memory in long streams of its own; when it is done with it, it helps the others.
    private int RangeStart(int worker) => (int)((long)_count * worker / Threads);

    private void Drain(int worker)
    {
        try
        {
            for (int i = 0; i < Threads; i++)
                DrainRange((worker + i) % Threads, worker);
        }
        catch (Exception e)
        {
            _failure = e;
            for (int range = 0; range < Threads; range++)
                Volatile.Write(ref _next[range * CounterStride], _count);
        }
    }

    private void DrainRange(int range, int worker)
    {
        ref int next = ref _next[range * CounterStride];
        int rangeEnd = RangeStart(range + 1);
        for (int first = Interlocked.Add(ref next, _grain) - _grain; first < rangeEnd; first = Interlocked.Add(ref next, _grain) - _grain)
        {
            int end = Math.Min(first + _grain, rangeEnd);
            for (int item = first; item < end; item++)
                _execute(_job, item, worker);
        }
    }

    private void Work(int index)
    {
        int seen = 0;
        while (true)
        {
            WaitForNext(index, seen);
            if (_stopping)
                return;
            seen = Volatile.Read(ref _generation);

            // Joining comes before looking: either this worker sees the job closed and leaves it alone, or the caller sees that it joined and waits.
            Interlocked.Increment(ref _joined);
            if (Volatile.Read(ref _open) == 1)
                Drain(index + 1);
            Interlocked.Decrement(ref _joined);
        }
    }

    private void WaitForNext(int index, int seen)
    {
        for (int i = 0; i < SpinIterations; i++)
        {
            if (Volatile.Read(ref _generation) != seen)
                return;
            Thread.SpinWait(20);
        }

        Volatile.Write(ref _asleep[index], true);
        Interlocked.MemoryBarrier();
        while (Volatile.Read(ref _generation) == seen)
            _wake[index].Wait();
        Volatile.Write(ref _asleep[index], false);

        // A wake-up that arrived although this worker never slept would end the next sleep early; the loop above tolerates it.
    }
}
