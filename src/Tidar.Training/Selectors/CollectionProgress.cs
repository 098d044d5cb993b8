namespace Tidar.Training.Selectors;

/// <summary>Tells how far the collection of blocks is.</summary>
/// <param name="report">Receives blocks drafted so far and in all; null where nobody wants to know.</param>
public sealed class CollectionProgress(Action<int, int>? report)
{
    private int _total;

    internal void Begin(int total) => _total = total;

    internal void Report(int done) => report?.Invoke(done, _total);
}
