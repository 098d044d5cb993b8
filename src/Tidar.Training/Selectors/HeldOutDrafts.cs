using Tidar.Models.Selectors;
using Tidar.Models.Weights;
using Tidar.Training.Adapters;

namespace Tidar.Training.Selectors;

/// <summary>The drafts of every place of held-out answers, as decoding would make them, and how far they reach.</summary>
internal sealed class HeldOutDrafts : IDisposable
{
    private readonly WeightTensor _embedding;
    private readonly List<(PreparedDocument Document, int[] Starts, int FirstBlock)> _documents = [];
    private float[] _gate = [];

    /// <summary>Makes room for blocks at all places of the documents where decoding may begin one.</summary>
    public HeldOutDrafts(IReadOnlyList<PreparedDocument> documents, SelectorShape shape, WeightTensor embedding)
    {
        _embedding = embedding;
        int total = 0;
        foreach (PreparedDocument document in documents)
        {
            int[] starts = document.Starts();
            _documents.Add((document, starts, total));
            total += starts.Length;
        }

        Blocks = new SelectorBlocks(total, shape.Slots + 1, shape.Candidates, shape.HiddenSize, exact: true);
    }

    /// <summary>Drafts them.</summary>
    public void Collect(BlockCollector collector, Action<int> report, CancellationToken cancellation)
    {
        const int Together = 4;
        foreach ((PreparedDocument Document, int[] Starts, int FirstBlock)[] some in _documents.Chunk(Together))
        {
            collector.Collect([.. some.Select(static d => d.Document)], [.. some.Select(static d => d.Starts)], Blocks, cancellation);
            report(Blocks.Count);
        }
    }

    /// <summary>The blocks, with hidden states as decoding sees them.</summary>
    public SelectorBlocks Blocks { get; }

    /// <summary>Walks every block with a selector, and steps along the answers.</summary>
    public SelectorEvaluation Evaluate(SelectorWeights weights)
    {
        int slots = Blocks.Slots;
        int[] drafts = new int[Blocks.Count * (slots + 1)];
        using PathSelector selector = new(weights, _embedding);
        float[] state = new float[_embedding.Columns], scores = new float[Blocks.Candidates];
        foreach ((PreparedDocument document, int[] starts, int firstBlock) in _documents)
        {
            int[] text = new int[document.Tokens.Length + slots];
            for (int i = 0; i < starts.Length; i++)
            {
                document.Tokens.CopyTo(text);
                Walk(selector, firstBlock + i, state, scores, text, starts[i]);
                text.AsSpan(starts[i], slots + 1).CopyTo(drafts.AsSpan((firstBlock + i) * (slots + 1)));
            }
        }

        DraftSimulation selected = new(slots + 1), plain = new(slots + 1), best = new(slots + 1);
        foreach ((PreparedDocument document, int[] starts, int firstBlock) in _documents)
        {
            Dictionary<int, int> blockAt = starts.Select((s, i) => (s, firstBlock + i)).ToDictionary();
            foreach ((int first, int end) in document.Answers())
            {
                selected.Add(first, end, (start, slot) => drafts[(blockAt[start] * (slots + 1)) + slot] == document.Tokens[start + slot]);
                plain.Add(first, end, (start, slot) => Candidates(blockAt[start], slot)[0] == document.Tokens[start + slot]);
                best.Add(first, end, (start, slot) => Candidates(blockAt[start], slot).Contains(document.Tokens[start + slot]));
            }
        }

        return new SelectorEvaluation(selected.Result(), plain.Result(), best.Result());
    }

    public void Dispose() => Blocks.Dispose();

    private ReadOnlySpan<int> Candidates(int block, int slot) => Blocks.Tokens(block).Slice((slot - 1) * Blocks.Candidates, Blocks.Candidates);

    // Puts the draft of a block that begins at a place of the text there.
    private void Walk(PathSelector selector, int block, Span<float> state, Span<float> scores, Span<int> text, int start)
    {
        Span<float> gate = _gate.Length == selector.Rank ? _gate : _gate = new float[selector.Rank];
        for (int slot = 1; slot <= Blocks.Slots; slot++)
        {
            Blocks.ReadState(block, slot, state);
            Blocks.Logits(block).Slice((slot - 1) * scores.Length, scores.Length).CopyTo(scores);
            selector.Gate(slot, state, gate);
            selector.Score(slot, gate, text[..(start + slot)], Candidates(block, slot), scores);
            text[start + slot] = Candidates(block, slot)[PathSelector.Best(Candidates(block, slot), scores)];
        }
    }
}
