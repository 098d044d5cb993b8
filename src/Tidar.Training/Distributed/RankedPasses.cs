using System.Runtime.InteropServices;
using Tidar.Kernels.Collectives;
using Tidar.Training.Backpropagation;
using Tidar.Training.Losses;

namespace Tidar.Training.Distributed;

/// <summary>
/// The passes that a batch of rows is worked through in, dealt to the ranks in turns: in round i, rank r does pass i · size + r. What a pass holds does not depend on the number of ranks.
/// </summary>
internal sealed class RankedPasses
{
    private readonly ICollectives _ranks;
    private readonly int _count;

    /// <summary>Lays out this rank's passes.</summary>
    /// <param name="rows">All rows of the batch, the same on every rank.</param>
    /// <param name="rowsPerPass">Rows of a pass.</param>
    /// <param name="layout">Makes a pass of rows.</param>
    /// <param name="ranks">The ranks.</param>
    public RankedPasses(List<List<TokenSequence>> rows, int rowsPerPass, TidarLayout layout, ICollectives ranks)
    {
        _ranks = ranks;
        _count = (rows.Count + rowsPerPass - 1) / rowsPerPass;
        TextTokens = rows.Sum(static row => row.Sum(static d => (long)d.Tokens.Length));
        Own = [.. rows.Chunk(rowsPerPass).Where((_, pass) => pass % ranks.Size == ranks.Rank).Select(pass => layout.Build([.. pass.SelectMany(static row => row)]))];
        Targets = Total(Own.Select(static b => new LossSums(0, 0, b.AutoregressiveTargets, b.DiffusionTargets)));
    }

    /// <summary>Rounds until every pass is done.</summary>
    public int Rounds => (_count + _ranks.Size - 1) / _ranks.Size;

    /// <summary>This rank's passes, one a round; in the last round it may have none.</summary>
    public IReadOnlyList<TrainingBatch> Own { get; }

    /// <summary>Tokens of the documents of all passes.</summary>
    public long TextTokens { get; }

    /// <summary>Numbers of targets of all passes; the losses are zero.</summary>
    public LossSums Targets { get; }

    /// <summary>Ranks with a pass in a round: the first so many.</summary>
    public int Senders(int round) => Math.Min(_ranks.Size, _count - (round * _ranks.Size));

    /// <summary>The sum over all ranks' passes in their order, of which <paramref name="own"/> are this rank's.</summary>
    public LossSums Total(IEnumerable<LossSums> own)
    {
        LossSums[] all = new LossSums[_count];
        int pass = _ranks.Rank;
        foreach (LossSums sums in own)
        {
            all[pass] = sums;
            pass += _ranks.Size;
        }

        _ranks.Merge(MemoryMarshal.AsBytes(all.AsSpan()));
        return all.Aggregate(default(LossSums), static (total, sums) => total + sums);
    }
}
