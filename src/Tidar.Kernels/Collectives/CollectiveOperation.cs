namespace Tidar.Kernels.Collectives;

/// <summary>An operation of <see cref="ICollectives"/> that goes on in the background.</summary>
public class CollectiveOperation
{
    private readonly object _monitor = new();
    private volatile bool _isDone;
    private volatile bool _isAwaited;
    private Exception? _failure;

    /// <summary>One that has nothing to do.</summary>
    public static CollectiveOperation Done { get; } = new() { _isDone = true };

    /// <summary>Whether <see cref="Wait"/> would return at once.</summary>
    public bool IsDone => _isDone;

    /// <summary>Whether somebody waits.</summary>
    internal bool IsAwaited => _isAwaited;

    /// <summary>Returns when it is done.</summary>
    /// <exception cref="IOException">The connection to another rank failed.</exception>
    public void Wait()
    {
        _isAwaited = true;
        lock (_monitor)
        {
            while (!_isDone)
                Monitor.Wait(_monitor);
        }

        if (_failure is not null)
            throw new IOException(_failure.Message, _failure);
    }

    /// <summary>Ends it, well or with an error.</summary>
    protected internal void Finish(Exception? failure)
    {
        lock (_monitor)
        {
            _failure = failure;
            _isDone = true;
            Monitor.PulseAll(_monitor);
        }
    }
}
