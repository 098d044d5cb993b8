using Tidar.Decoding.Sequences;

namespace Tidar.Decoding.Strategies;

/// <summary>One token a pass: what every other strategy must reproduce.</summary>
public sealed class AutoregressiveStrategy : IDecodingStrategy
{
    private readonly TokenSequence _sequence;
    private readonly PromptFeed _prompt;
    private bool _prefilling = true;
    private int _row;

    /// <summary>Creates the strategy for a sequence.</summary>
    public AutoregressiveStrategy(TokenSequence sequence)
    {
        _sequence = sequence;
        _prompt = new PromptFeed(sequence);
    }

    /// <inheritdoc/>
    public void Plan(SequencePass pass)
    {
        int position = _sequence.Cache.Length;
        _row = _prefilling ? _prompt.Plan(pass) : pass.AddClean(_sequence.Tokens[position], position);
        if (!pass.IsPartial)
            pass.NeedLogits(_row, 1);
    }

    /// <inheritdoc/>
    public void Commit(SequencePass pass)
    {
        if (_prefilling)
            _prompt.Commit();
        else
            _sequence.Cache.Length++;
        if (pass.IsPartial)
            return;
        _prefilling = false;
        Decision next = _sequence.Decide(pass, _row, _sequence.Tokens.Length);
        _sequence.Sampler.Push(next.Token);
        _sequence.Append(next);
    }

    /// <inheritdoc/>
    public void Draft(SequencePass pass) => throw new InvalidOperationException("autoregressive decoding asks for no further rows");
}
