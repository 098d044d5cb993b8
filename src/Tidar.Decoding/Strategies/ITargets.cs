using Tidar.Decoding.Sequences;

namespace Tidar.Decoding.Strategies;

/// <summary>What a strategy's verifying rows say, and what its draft says behind them. Rows are the nodes of a tree of drafted tokens, or of a single chain.</summary>
internal interface ITargets
{
    /// <summary>The token that a verifying row says.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="node">The row's node.</param>
    /// <param name="position">Position that it decides.</param>
    Decision Target(SequencePass pass, int node, int position);

    /// <summary>The node of the draft that says <paramref name="token"/> behind <paramref name="node"/>; -1 where none does.</summary>
    int Next(int node, int token);
}
