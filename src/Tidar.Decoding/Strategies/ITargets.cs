using Tidar.Decoding.Sequences;

namespace Tidar.Decoding.Strategies;

/// <summary>What a strategy's verifying rows say.</summary>
internal interface ITargets
{
    /// <summary>The token that a verifying row says. It is the draft's next token exactly where that is accepted.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="row">Number of the row, from 0: rows before it are the decided token and the accepted draft.</param>
    /// <param name="position">Position that it decides.</param>
    Decision Target(SequencePass pass, int row, int position);
}
