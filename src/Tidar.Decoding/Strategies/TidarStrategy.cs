using Tidar.Decoding.Sequences;
using Tidar.Models.Selectors;

namespace Tidar.Decoding.Strategies;

/// <summary>
/// TiDAR decoding (arXiv 2511.08923; docs/decoding.md): a pass verifies the draft d_0 … d_{K-1} and, for some outcomes of the verification, drafts the next
/// block beforehand. With all outcomes it is the paper's fused step, with none the two-pass step, with some the sparse one. Alternatives to the draft's tokens may be verified in the same pass.
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
    private readonly TreeDrafter _drafter;
    private readonly DraftTree _tree;
    private readonly DraftVerifier _verifier;
    private readonly int[] _path;

    // Of every node of the tree: its row in the verifying pass, and the first row of the block that drafts behind it; -1 for none.
    private readonly int[] _rows;
    private readonly int[] _blocks;
    private Phase _phase = Phase.Prefill;
    private Decision _decided;
    private int _laid;
    private int _drafted;
    private int _verified;
    private int _masks;
    private int _decidingRow;
    private int _block;
    private int _branchRows;
    private double _expected;

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
        _drafter = new TreeDrafter(sequence, selector, k);
        _tree = new DraftTree(k);
        _verifier = new DraftVerifier(sequence, this, k);
        _path = new int[k];
        _rows = new int[k + DraftTree.MostBranchNodes];
        _blocks = new int[_rows.Length];
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
        _tree.Begin(_decided.Token);
        BranchLimits limits = _settings.Beta < 1 ? default : _settings.Steps.Branches(_drafted, length, pass.Sessions);
        _drafter.Fill(pass, _block, length, _drafted, limits, _tree);
        _sequence.LastStep?.NextDraft = Copy(_drafted);
        _phase = Phase.Verify;
    }

    Decision ITargets.Target(SequencePass pass, int node, int position) => _settings.Beta < 1 && _blocks[node] >= 0
        ? _sequence.DecideMixed(pass.Logits(_rows[node]), pass.Logits(_blocks[node]), _settings.Beta, position)
        : _sequence.Decide(pass, _rows[node], position);

    int ITargets.Next(int node, int token)
    {
        int next = _tree.Child(node, token);
        return next >= 0 && _rows[next] >= 0 ? next : -1;
    }

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
        _rows.AsSpan(0, _tree.Count).Fill(-1);
        _blocks.AsSpan(0, _tree.Count).Fill(-1);
        for (int node = 0; node < _verified; node++)
        {
            _rows[node] = pass.AddClean(_tree.Token(node), length + node);
            pass.NeedLogits(_rows[node], 1);
        }

        for (int node = 0; node < _verified; node++)
        {
            if (!plan.Drafts(node + 1) || !HasRoomBehind(node, length))
                continue;
            _blocks[node] = _mask.AddTo(pass, length + node + 1, _masks);
            if (_settings.Beta < 1)
                pass.NeedLogits(_blocks[node], 1);
        }

        for (int span = 0; span < _tree.SpanCount; span++)
            PlanSpan(pass, length, _tree.Tail(span));
    }

    // A way from the draft to a node, cut to what is verified.
    private void PlanSpan(SequencePass pass, int length, int tail)
    {
        while (_tree.Slot(tail) >= _verified)
            tail = _tree.Parent(tail);
        int end = _tree.Slot(tail) + 1, first = end;
        for (int node = tail; _tree.IsBranch(node); node = _tree.Parent(node))
            _path[--first] = node;
        if (first == end)
            return;
        Span<int> tokens = stackalloc int[end - first];
        for (int slot = first; slot < end; slot++)
            tokens[slot - first] = _tree.Token(_path[slot]);
        bool drafts = _tree.Masks > 0 && _masks > 0 && HasRoomBehind(tail, length) && _blocks[tail] < 0;
        int row = _mask.AddBehind(pass, tokens, length + first, drafts ? _masks : 0);
        _branchRows += tokens.Length + (drafts ? _masks : 0);
        if (drafts)
            _blocks[tail] = row + tokens.Length;
        for (int slot = first; slot < end; slot++, row++)
        {
            // A way that two spans share has the same bits in both.
            int node = _path[slot];
            if (_rows[node] >= 0)
                continue;
            _rows[node] = row;
            _expected += _tree.Probability(node);
            pass.NeedLogits(row, 1);
        }
    }

    // At the end of the context the text ends too: no next block.
    private bool HasRoomBehind(int node, int length) => length + _tree.Slot(node) + 1 < _sequence.ContextLength;

    private void CommitVerification(SequencePass pass)
    {
        _sequence.Sampler.Push(_decided.Token);
        Decision target = _verifier.Check(pass, 0, _sequence.Cache.Length + 1);
        int last = _verifier.Node, accepted = 1 + _verifier.Accepted.Length;
        int branched = Keep(pass, last);
        _sequence.Acceptance.Record(_verified, accepted);
        if (_branchRows > 0)
        {
            _sequence.Acceptance.RecordBranches(_branchRows, branched);
            _settings.Steps.RecordBranches(_branchRows, _expected, branched);
            (_branchRows, _expected) = (0, 0);
        }

        _settings.Steps.Record(_laid, _verified, accepted);
        DecodingStep? step = null;
        if (_sequence.RecordsSteps)
        {
            step = new DecodingStep
            {
                Kind = StepKind.Verify,
                Draft = Copy(_drafted),
                Accepted = accepted,
                Corrected = target.Token,
                Branch = branched > 0 ? [.. _verifier.Accepted[^branched..].ToArray().Select(static d => d.Token)] : null,
            };
            _sequence.Record(step);
        }

        bool goesOn = _sequence.Append(_decided);
        for (int i = 0; i < _verifier.Accepted.Length && goesOn; i++)
            goesOn = _sequence.Append(_verifier.Accepted[i]);
        _sequence.Cache.Length = _sequence.Tokens.Length;
        if (!goesOn)
            return;
        _decided = target;
        _decidingRow = -1;
        _block = _blocks[last];
        bool drafted = _block >= 0;
        step?.Drafted = drafted ? DraftSource.SamePass : DraftSource.ExtraPass;
        if (!drafted)
            _phase = Phase.Draft;
        else if (_masks == 1)
            Draft(pass);
        else
            NeedSlots(pass);
    }

    // The rows by which the text left the draft become part of the cache.
    private int Keep(SequencePass pass, int last)
    {
        int count = 0;
        for (int node = last; _tree.IsBranch(node); node = _tree.Parent(node), count++)
            pass.Keep(_rows[node]);
        return count;
    }

    private void DecideAndDraft(SequencePass pass)
    {
        pass.NeedLogits(_decidingRow, 1);
        if (_masks > 0)
            NeedSlots(pass);
    }

    // Slot 0 is overwritten by the AR choice, so its logits are not asked for.
    private void NeedSlots(SequencePass pass) => pass.NeedLogits(_block + 1, _masks - 1);

    private int[] Copy(int count) => _tree.Draft[..count].ToArray();
}
