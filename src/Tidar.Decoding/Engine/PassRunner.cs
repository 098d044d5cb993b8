using System.Diagnostics;
using System.Runtime.InteropServices;
using Tidar.Decoding.Strategies;
using Tidar.Models.Transformers;

namespace Tidar.Decoding.Engine;

/// <summary>Runs one model's forward passes: the rows of all members in one, then each takes in its logits. Allocates nothing once its buffers have grown.</summary>
/// <param name="model">The model.</param>
internal sealed class PassRunner(ILanguageModel model)
{
    // Logits of as many members as fit into about 64 million numbers are computed together.
    private const int MostLogits = 1 << 26;

    private readonly RowBatch _batch = new();
    private readonly List<PassMember> _drafting = [];
    private readonly List<int> _rows = [];
    private float[] _logits = [];
    private int[] _choices = [];
    private float[] _choiceLogits = [];
    private float[] _states = [];

    /// <summary>Forward passes so far; every part of a prompt that is fed in several is one.</summary>
    public long Passes { get; private set; }

    /// <summary>Ticks spent in the model so far: forward passes and what was asked of their rows.</summary>
    public long ModelTicks { get; private set; }

    private int Vocabulary => model.Config.VocabularySize;

    /// <summary>One forward pass.</summary>
    /// <param name="members">Who takes part; at least one.</param>
    /// <param name="prefillRows">Most prompt rows of one member.</param>
    public void Run(List<PassMember> members, int prefillRows)
    {
        _batch.Clear();
        foreach (PassMember member in members)
            member.Plan(_batch, prefillRows, members.Count);
        long start = Stopwatch.GetTimestamp();
        model.Forward(_batch);
        ModelTicks += Stopwatch.GetTimestamp() - start;
        Passes++;
        GiveLogits(members, drafts: false, static member => member.Commit());
        foreach (PassMember member in members)
        {
            foreach (int row in member.Pass.Kept)
                model.Keep(row, member.Cache);
        }

        _drafting.Clear();
        foreach (PassMember member in members)
        {
            if (!member.Pass.Wanted.IsEmpty)
                _drafting.Add(member);
        }

        GiveLogits(_drafting, drafts: true, static member => member.Draft());
    }

    // Computes what the members want to know of their rows, for as many of them at a time as fit and want the same, and hands it over.
    private void GiveLogits(List<PassMember> members, bool drafts, Action<PassMember> take)
    {
        for (int first = 0, end; first < members.Count; first = end)
        {
            PassMember asked = members[first];
            bool selects = drafts && asked.Selector is not null;
            int candidates = drafts ? asked.Candidates : 1, hidden = model.Config.HiddenSize;
            _rows.Clear();
            for (end = first; end < members.Count && (end == first || (Fits(members[end]) && WantTheSame(asked, members[end]))); end++)
                _rows.AddRange(members[end].Pass.Wanted);
            long begun = Stopwatch.GetTimestamp();
            if (asked.ChoosesByArgMax)
                Choose(asked.Excluded, candidates);
            else
                Compute();
            if (selects)
                ReadStates();
            ModelTicks += Stopwatch.GetTimestamp() - begun;
            int start = 0;
            for (int i = first; i < end; i++)
            {
                SequencePass pass = members[i].Pass;
                int count = pass.Wanted.Length;
                ReadOnlyMemory<float> states = selects ? _states.AsMemory(start * hidden, count * hidden) : default;
                if (asked.ChoosesByArgMax)
                    pass.GiveChoices(_choices.AsMemory(start * candidates, count * candidates), _choiceLogits.AsMemory(start * candidates, count * candidates), states);
                else
                    pass.Give(_logits.AsMemory(start * Vocabulary, count * Vocabulary), states);
                start += count;
                take(members[i]);
            }
        }
    }

    private static bool WantTheSame(PassMember a, PassMember b) =>
        a.ChoosesByArgMax == b.ChoosesByArgMax && a.Selector == b.Selector && a.Candidates == b.Candidates && (!a.ChoosesByArgMax || a.Excluded == b.Excluded);

    private bool Fits(PassMember member) => (long)(_rows.Count + member.Pass.Wanted.Length) * Vocabulary <= MostLogits;

    private void Compute()
    {
        int length = _rows.Count * Vocabulary;
        if (_logits.Length < length)
            _logits = new float[length + (length / 4)];
        if (length > 0)
            model.Logits(CollectionsMarshal.AsSpan(_rows), _logits.AsSpan(0, length));
    }

    private void Choose(int excluded, int candidates)
    {
        int length = _rows.Count * candidates;
        if (_choices.Length < length)
            (_choices, _choiceLogits) = (new int[2 * length], new float[2 * length]);
        if (length > 0)
            model.Top(CollectionsMarshal.AsSpan(_rows), excluded, candidates, _choices.AsSpan(0, length), _choiceLogits.AsSpan(0, length));
    }

    private void ReadStates()
    {
        int length = _rows.Count * model.Config.HiddenSize;
        if (_states.Length < length)
            _states = new float[length + (length / 4)];
        model.HiddenStates(CollectionsMarshal.AsSpan(_rows), _states.AsSpan(0, length));
    }
}
