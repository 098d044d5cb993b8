using Tidar.Kernels.Collectives;
using Tidar.Kernels.Memory;

namespace Tidar.Training.Distributed;

/// <summary>
/// A request to stop reaches the ranks at different moments. Before every pass each says whether it has one, and hears what all said before the pass before: so nobody waits,
/// and all stop before the same pass.
/// </summary>
internal sealed class StopAgreement(ICollectives ranks) : IDisposable
{
    private readonly AlignedBuffer<byte> _answer = new(1);
    private CollectiveOperation _question = CollectiveOperation.Done;

    /// <summary>Says whether this rank was asked to stop.</summary>
    /// <returns>Whether to stop now, the same on every rank.</returns>
    public bool Ask(bool stop)
    {
        if (ranks.Size == 1)
            return stop;
        _question.Wait();
        if (_answer.Span[0] != 0)
            return true;
        _answer.Span[0] = (byte)(stop ? 1 : 0);
        _question = ranks.StartMerge(_answer.Span);
        return false;
    }

    public void Dispose()
    {
        _question.Wait();
        _answer.Dispose();
    }
}
