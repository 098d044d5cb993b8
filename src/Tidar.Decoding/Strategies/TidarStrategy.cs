using Tidar.Decoding.Sequences;
using Tidar.Models.Selectors;

namespace Tidar.Decoding.Strategies;

/// <summary>
/// TiDAR decoding (arXiv 2511.08923; docs/decoding.md): a pass verifies the draft d_0 … d_{K-1} and, for some outcomes of the verification, drafts the next
/// block beforehand. With all outcomes it is the paper's fused step, with none the two-pass step, with some the sparse one.
/// </summary>
/// <remarks>
/// Invariant between passes: the cache holds the committed tokens exactly, and d_0 is the AR model's own choice for the next position.
/// Which outcomes have a block, how many masks it has, and how much of a draft is checked is the <see cref="IStepPlanner"/>'s choice, anew in every pass.
/// A block's slot 0 never decides anything: the AR choice for its position overwrites it.
/// </remarks>
public sealed class TidarStrategy : IDecodingStrategy, ITargets
{
    private readonly TokenSequence _sequence;
    private readonly TidarSettings _settings;
    private readonly PromptFeed _prompt;
    private readonly MaskBlock _mask;
    private readonly DraftPath _path;
    private readonly int[] _draft;
    private readonly DraftVerifier _verifier;
    private readonly int[] _blocks;
    private Phase _phase = Phase.Prefill;
    private Decision _decided;
    private int _laid;
    private int _drafted;
    private int _verified;
    private int _masks;
    private int _draftRow;
    private int _decidingRow;
    private int _block;

    /// <summary>Creates the strategy for a sequence.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="settings">How it is decoded.</param>
    /// <param name="selector">Chooses among the candidates of a draft; null where each slot takes its own choice.</param>
    public TidarStrategy(TokenSequence sequence, TidarSettings settings, PathSelector? selector = null)
    {
        int k = settings.Steps.DraftLength;
        _sequence = sequence;
        _settings = settings;
        _prompt = new PromptFeed(sequence);
        _mask = new MaskBlock(k, settings.MaskToken);
        _path = new DraftPath(sequence, selector, k);
        _draft = new int[k];
        _verifier = new DraftVerifier(sequence, this, k);
        _blocks = new int[k + 1];
    }

    private enum Phase
    {
        Prefill,
        Verify,

        // The outcome that happened had no block, or nothing was drafted: commit the decided token, and draft behind it if that pays.
        Draft,
    }

    /// <inheritdoc/>
    public void Plan(SequencePass pass)
    {
        int length = _sequence.Cache.Length;
        switch (_phase)
        {
            case Phase.Prefill:
                _decidingRow = _prompt.Plan(pass);
                if (!pass.IsPartial)
                    DraftBehind(pass, _sequence.PromptLength);
                break;
            case Phase.Draft:
                _decidingRow = pass.AddClean(_decided.Token, length);
                DraftBehind(pass, length + 1);
                break;
            default:
                PlanVerification(pass, length);
                break;
        }
    }

    /// <inheritdoc/>
    public void Commit(SequencePass pass)
    {
        switch (_phase)
        {
            case Phase.Prefill:
                _prompt.Commit();
                if (pass.IsPartial)
                    return;
                if (_sequence.RecordsSteps)
                    _sequence.Record(new DecodingStep { Kind = StepKind.Prefill });
                DecideAndDraft(pass);
                break;
            case Phase.Draft:
                _sequence.Cache.Length++;
                _sequence.Sampler.Push(_decided.Token);
                if (_sequence.Append(_decided))
                    DecideAndDraft(pass);
                break;
            default:
                CommitVerification(pass);
                break;
        }
    }

    /// <inheritdoc/>
    public void Draft(SequencePass pass)
    {
        int length = _sequence.Cache.Length;
        if (_decidingRow >= 0)
            _decided = _sequence.Decide(pass, _decidingRow, length);
        if (_masks == 0)
        {
            _phase = Phase.Draft;
            return;
        }

        _laid = _drafted = _masks;
        _draft[0] = _decided.Token;
        _path.Choose(pass, _block, length, _draft.AsSpan(0, _drafted));
        _sequence.LastStep?.NextDraft = Copy(_drafted);
        _phase = Phase.Verify;
    }

    // Row i is that of d_i, and outcome i + 1 has its block behind it.
    Decision ITargets.Target(SequencePass pass, int row, int position) => _settings.Beta < 1 && _blocks[row + 1] >= 0
        ? _sequence.DecideMixed(pass.Logits(_draftRow + row), pass.Logits(_blocks[row + 1]), _settings.Beta, position)
        : _sequence.Decide(pass, _draftRow + row, position);

    private void DraftBehind(SequencePass pass, int length)
    {
        _masks = _settings.Steps.MasksBehindDecided(length, pass.Sessions);
        _block = _masks > 0 ? _mask.AddTo(pass, length, _masks) : -1;
    }

    private void PlanVerification(SequencePass pass, int length)
    {
        VerificationPlan plan = _settings.Steps.Verify(_laid, length, pass.Sessions);
        _masks = plan.Masks;
        _drafted = Math.Min(_drafted, plan.Verified);
        _verified = Math.Min(_drafted, _sequence.ContextLength - length);
        _draftRow = pass.AddClean(_draft[0], length);
        for (int i = 1; i < _verified; i++)
            pass.AddClean(_draft[i], length + i);
        pass.NeedLogits(_draftRow, _verified);
        for (int outcome = 1; outcome <= _verified; outcome++)
        {
            // At the end of the context the text ends too: no next block.
            bool drafts = plan.Drafts(outcome) && length + outcome < _sequence.ContextLength;
            _blocks[outcome] = drafts ? _mask.AddTo(pass, length + outcome, _masks) : -1;
            if (drafts && _settings.Beta < 1)
                pass.NeedLogits(_blocks[outcome], 1);
        }
    }

    private void CommitVerification(SequencePass pass)
    {
        _sequence.Sampler.Push(_decided.Token);
        Decision target = _verifier.Check(pass, _draft.AsSpan(1, _verified - 1), _sequence.Cache.Length + 1);
        int accepted = 1 + _verifier.Accepted.Length;
        _sequence.Acceptance.Record(_verified, accepted);
        _settings.Steps.Record(_laid, _verified, accepted);
        DecodingStep? step = null;
        if (_sequence.RecordsSteps)
        {
            step = new DecodingStep { Kind = StepKind.Verify, Draft = Copy(_drafted), Accepted = accepted, Corrected = target.Token };
            _sequence.Record(step);
        }

        bool goesOn = _sequence.Append(_decided);
        for (int i = 0; i < _verifier.Accepted.Length && goesOn; i++)
            goesOn = _sequence.Append(_verifier.Accepted[i]);
        _sequence.Cache.Length = _sequence.Tokens.Length;
        if (!goesOn)
            return;
        _decided = target;
        bool drafted = _blocks[accepted] >= 0;
        step?.Drafted = drafted ? DraftSource.SamePass : DraftSource.ExtraPass;
        _decidingRow = -1;
        _block = _blocks[accepted];
        if (!drafted)
            _phase = Phase.Draft;
        else if (_masks == 1)
            Draft(pass);
        else
            NeedSlots(pass);
    }

    private void DecideAndDraft(SequencePass pass)
    {
        pass.NeedLogits(_decidingRow, 1);
        if (_masks > 0)
            NeedSlots(pass);
    }

    // Slot 0 is overwritten by the AR choice, so its logits are not asked for.
    private void NeedSlots(SequencePass pass) => pass.NeedLogits(_block + 1, _masks - 1);

    private int[] Copy(int count) => _draft.AsSpan(0, count).ToArray();
}
