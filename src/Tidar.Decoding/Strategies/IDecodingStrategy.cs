namespace Tidar.Decoding.Strategies;

/// <summary>
/// How one sequence is decoded: a state machine that plans the rows of its next forward pass and takes in what the pass says. It never touches tensors'
/// storage, threads or other sequences, so that passes of several sequences and strategies can be one.
/// </summary>
/// <remarks>
/// Each pass: <see cref="Plan"/>, the forward pass, <see cref="Commit"/>, and <see cref="Draft"/> if Commit asked for logits of further rows.
/// </remarks>
public interface IDecodingStrategy
{
    /// <summary>Adds the rows of the next pass, and says of which the logits are needed at once.</summary>
    void Plan(SequencePass pass);

    /// <summary>Takes in the logits asked for in <see cref="Plan"/>; may ask for those of further rows of this pass.</summary>
    void Commit(SequencePass pass);

    /// <summary>Takes in the logits asked for in <see cref="Commit"/>.</summary>
    void Draft(SequencePass pass);
}
