using Tidar.Decoding.Sequences;

namespace Tidar.Decoding.Strategies.Speculative;

/// <summary>
/// Speculative decoding: a pass verifies what a drafter guesses behind the last committed token, and commits the accepted guesses and the token that the row behind them says: from 1 to K + 1 tokens.
/// </summary>
/// <remarks>
/// Invariant between passes, as in autoregressive decoding: the cache holds all committed tokens but the last. Guesses are written in place behind it, and those that are not accepted are rolled back
/// by the cache's length.
/// </remarks>
internal sealed class SpeculativeStrategy : IDecodingStrategy, ITargets
{
    private readonly TokenSequence _sequence;
    private readonly IDrafter _drafter;
    private readonly AcceptanceRule _rule;
    private readonly PromptFeed _prompt;
    private readonly DraftVerifier _verifier;
    private readonly int[] _draft;
    private bool _prefilling = true;
    private int _drafted;
    private int _row;

    /// <summary>Creates the strategy for a sequence.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="drafter">Makes the drafts.</param>
    /// <param name="rule">When a token of theirs is accepted.</param>
    public SpeculativeStrategy(TokenSequence sequence, IDrafter drafter, AcceptanceRule rule)
    {
        _sequence = sequence;
        _drafter = drafter;
        _rule = rule;
        _prompt = new PromptFeed(sequence);
        _verifier = new DraftVerifier(sequence, this, drafter.Longest);
        _draft = new int[drafter.Longest];
    }

    /// <inheritdoc/>
    public void Plan(SequencePass pass)
    {
        if (_prefilling)
        {
            _row = _prompt.Plan(pass);
        }
        else
        {
            int position = _sequence.Cache.Length;
            ReadOnlySpan<int> draft = _drafter.Draft();
            draft.CopyTo(_draft);
            _drafted = draft.Length;
            _row = pass.AddClean(_sequence.Tokens[position], position);
            for (int i = 0; i < _drafted; i++)
                pass.AddClean(_draft[i], position + 1 + i);
        }

        if (!pass.IsPartial)
            pass.NeedLogits(_row, _drafted + 1);
    }

    /// <inheritdoc/>
    public void Commit(SequencePass pass)
    {
        if (_prefilling)
            _prompt.Commit();
        if (pass.IsPartial)
            return;
        Decision next = _verifier.Check(pass, 0, _sequence.Tokens.Length);
        Record(next.Token);
        _prefilling = false;
        bool goesOn = true;
        for (int i = 0; i < _verifier.Accepted.Length && goesOn; i++)
            goesOn = _sequence.Append(_verifier.Accepted[i]);
        if (goesOn)
        {
            _sequence.Sampler.Push(next.Token);
            _sequence.Append(next);
        }

        _sequence.Cache.Length = _sequence.Tokens.Length - 1;
    }

    /// <inheritdoc/>
    public void Draft(SequencePass pass) => throw new InvalidOperationException("speculative decoding asks for no further rows");

    // Node 0 is the last committed token, node i the draft's token i - 1.
    int ITargets.Next(int node, int token) => node < _drafted && _draft[node] == token ? node + 1 : -1;

    Decision ITargets.Target(SequencePass pass, int node, int position) => _rule == AcceptanceRule.Exact || node == _drafted
        ? _sequence.Decide(pass, _row + node, position)
        : _sequence.DecideSpeculated(pass, _row + node, position, _draft[node], _drafter.Probabilities(node));

    private void Record(int next)
    {
        int accepted = _verifier.Accepted.Length;
        if (_drafted > 0)
            _sequence.Acceptance.Record(_drafted, accepted);
        if (!_sequence.RecordsSteps)
            return;
        _sequence.Record(_prefilling
            ? new DecodingStep { Kind = StepKind.Prefill }
            : new DecodingStep { Kind = StepKind.Verify, Decided = 0, Draft = _draft.AsSpan(0, _drafted).ToArray(), Accepted = accepted, Corrected = next });
    }
}
