using Tidar.Decoding.Sampling;
using Tidar.Decoding.Strategies;
using Tidar.Models.Selectors;
using Tidar.Models.Transformers;

namespace Tidar.Decoding.Engine;

/// <summary>One sequence's part in one model's forward passes: who plans and takes in its rows, and what it wants to know of them. A text with a draft model has two.</summary>
/// <param name="strategy">Plans rows and takes in what they say.</param>
/// <param name="cache">The sequence's keys and values in that model.</param>
/// <param name="vocabularySize">V.</param>
/// <param name="sampler">Chooses the sequence's tokens.</param>
/// <param name="choosesByArgMax">Whether the most likely token of a row is all it needs to know.</param>
/// <param name="selector">Chooses among the candidates of its drafts; null where each slot takes its own choice.</param>
/// <param name="candidates">How many of a mask row's likeliest tokens its drafts are chosen among.</param>
internal sealed class PassMember(
    IDecodingStrategy strategy, KeyValueCache cache, int vocabularySize, Sampler sampler, bool choosesByArgMax, PathSelector? selector = null, int candidates = 1)
{
    /// <summary>How many of a mask row's likeliest tokens its drafts are chosen among.</summary>
    public int Candidates => candidates;

    /// <summary>The sequence's keys and values.</summary>
    public KeyValueCache Cache => cache;

    /// <summary>Its rows in the pass.</summary>
    public SequencePass Pass { get; } = new(cache, vocabularySize);

    /// <summary>Passes it took part in. A prompt counts as one, in however many parts it was fed.</summary>
    public int Passes { get; private set; }

    /// <summary>Whether the most likely token of a row is all it needs to know.</summary>
    public bool ChoosesByArgMax => choosesByArgMax;

    /// <summary>The token that is never chosen; -1 for none.</summary>
    public int Excluded => sampler.Excluded;

    /// <summary>Chooses among the candidates of its drafts; null where each slot takes its own choice.</summary>
    public PathSelector? Selector => selector;

    /// <summary>Adds its rows to a pass that <paramref name="members"/> sequences share.</summary>
    public void Plan(RowBatch batch, int prefillRows, int members)
    {
        Pass.Begin(batch, prefillRows, members);
        strategy.Plan(Pass);
    }

    /// <summary>Takes in the logits asked for at first.</summary>
    public void Commit()
    {
        strategy.Commit(Pass);
        if (!Pass.IsPartial)
            Passes++;
    }

    /// <summary>Takes in those asked for afterwards.</summary>
    public void Draft() => strategy.Draft(Pass);
}
