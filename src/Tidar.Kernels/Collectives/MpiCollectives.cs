namespace Tidar.Kernels.Collectives;

/// <summary>
/// The ranks that <c>mpirun</c> or Slurm started, over Open MPI. One thread of its own makes every MPI call, from the first to the last (<c>MPI_THREAD_FUNNELED</c>),
/// and drives what is under way while the others compute.
/// </summary>
public sealed class MpiCollectives : ICollectives
{
    // While somebody waits, progress is asked for without a pause; but ranks may share processors, and then the pause lets the others get on.
    private const int EagerTests = 2000;
    private const int PauseMilliseconds = 1;

    // A finished operation's last bytes may still lie here, and other ranks wait for them.
    private const int IdleMilliseconds = 10;

    private readonly Lock _lock = new();
    private readonly Queue<MpiOperation> _new = new();
    private readonly List<MpiOperation> _active = [];
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly TaskCompletionSource<(int Rank, int Size)> _joined = new();
    private readonly Thread _thread;
    private int? _abortCode;
    private bool _leaving;
    private Exception? _failure;

    private MpiCollectives(OpenMpi mpi)
    {
        _thread = new Thread(() => Run(mpi)) { IsBackground = true, Name = "tidar mpi" };
        _thread.Start();
        (Rank, Size) = _joined.Task.GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Size { get; }

    /// <summary>Joins the other ranks.</summary>
    /// <returns>Null where Open MPI is not installed.</returns>
    /// <exception cref="EntryPointNotFoundException">Its library is another MPI's.</exception>
    /// <exception cref="IOException">It cannot start.</exception>
    public static MpiCollectives? TryJoin() => OpenMpi.TryLoad() is { } mpi ? new MpiCollectives(mpi) : null;

    /// <inheritdoc/>
    public CollectiveOperation StartExchange(Span<float> values, int[] counts, int senders, Span<float> received)
    {
        bool sends = Rank < senders;
        MpiOperation operation = MpiOperation.Exchange(values, received, Size);
        int start = 0;
        for (int r = 0; r < Size; r++)
        {
            operation.Set(r, sends && r != Rank ? counts[r] : 0, start, r < senders && r != Rank ? counts[Rank] : 0, r < senders ? r * counts[Rank] : 0);
            start += counts[r];
        }

        return Post(operation);
    }

    /// <inheritdoc/>
    public CollectiveOperation StartGather(Span<float> values, int[] counts)
    {
        MpiOperation operation = MpiOperation.Gather(values, Size);
        int start = 0;
        for (int r = 0; r < Size; r++)
        {
            operation.Set(r, counts[r], start, 0, 0);
            start += counts[r];
        }

        return Post(operation);
    }

    /// <inheritdoc/>
    public CollectiveOperation StartMerge(Span<byte> values) => Post(MpiOperation.Merge(values));

    /// <inheritdoc/>
    public unsafe void Merge(Span<byte> values)
    {
        fixed (byte* pinned = values)
            Post(MpiOperation.Merge(values)).Wait();
    }

    /// <inheritdoc/>
    public void Abort(int exitCode)
    {
        lock (_lock)
            _abortCode = exitCode;
        _wake.Set();
        _thread.Join();
        Environment.Exit(exitCode);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
            _leaving = true;
        _wake.Set();
        _thread.Join();
        _wake.Dispose();
    }

    private MpiOperation Post(MpiOperation operation)
    {
        lock (_lock)
        {
            if (_failure is not null)
                throw new IOException(_failure.Message, _failure);
            _new.Enqueue(operation);
        }

        _wake.Set();
        return operation;
    }

    private void Run(OpenMpi mpi)
    {
        try
        {
            _joined.SetResult(mpi.Initialize());
            while (Begin(mpi))
            {
                if (_active.Count > 0)
                    Advance(mpi);
                else if (!_wake.WaitOne(IdleMilliseconds))
                    mpi.Progress();
            }
        }
        catch (IOException error)
        {
            Fail(error);
        }
    }

    // Begins what was posted; false when it is time to leave.
    private bool Begin(OpenMpi mpi)
    {
        lock (_lock)
        {
            if (_abortCode is { } code)
            {
                mpi.Abort(code);
                return false;
            }

            while (_new.TryDequeue(out MpiOperation? next))
            {
                // Begun under the lock: if it fails, it is found among the active ones.
                _active.Add(next);
                next.Begin(mpi);
            }

            if (!_leaving || _active.Count > 0)
                return true;
        }

        mpi.Complete();
        return false;
    }

    private void Advance(OpenMpi mpi)
    {
        for (int tests = 0; ; tests++)
        {
            bool awaited = false;
            int before = _active.Count;
            for (int i = before - 1; i >= 0; i--)
            {
                MpiOperation operation = _active[i];
                awaited |= operation.IsAwaited;
                if (!operation.Advance(mpi))
                    continue;
                _active.RemoveAt(i);
                operation.Finish(failure: null);
            }

            if (_active.Count < before || _wake.WaitOne(awaited && tests < EagerTests ? 0 : PauseMilliseconds))
                return;
        }
    }

    private void Fail(IOException error)
    {
        _joined.TrySetException(error);
        lock (_lock)
        {
            _failure = error;
            foreach (MpiOperation operation in _active.Concat(_new))
                operation.Finish(error);
        }
    }
}
