using Tidar.Models.Transformers;

namespace Tidar.Decoding.Scoring;

/// <summary>
/// Likelihood of one text under block diffusion (BD3-LM, arXiv 2503.09573): the exact chain over blocks, each behind the clean tokens before it, and within a block the
/// estimate over masks. Blocks lie as they do when the text is written: on the grid of the text for models trained so, whose first block may hold the end of the
/// prompt, else from the prompt's end on; a last block's places behind the text stay masks.
/// </summary>
/// <remarks>All clean tokens go through the model once; then the masks of any blocks may share a forward pass, because a row's prefix is a number.</remarks>
internal sealed class BlockLikelihood(ILanguageModel model, LikelihoodPlan plan, MaskedViewScorer views, int[] text, int prompt, long seed)
{
    private readonly int _length = plan.BlockLength;
    private readonly int _first = plan.OnGrid ? prompt / plan.BlockLength * plan.BlockLength : prompt;

    private int Blocks => (text.Length - _first + _length - 1) / _length;

    /// <summary>Scores the text.</summary>
    public Likelihood Score(CancellationToken cancellation)
    {
        MaskedTokens[] blocks = [.. Enumerable.Range(0, Blocks).Select(b => new MaskedTokens(Unknown(b), plan.Options.Samples, seed, b))];
        using KeyValueCache cache = model.CreateCache(Start(Blocks - 1) + 1);
        int passes = FeedClean(cache, cancellation) ? 1 : 0;
        double[] sums = views.Score(cache, blocks.SelectMany(Views), cancellation);
        double value = 0, oneStep = 0;
        double? variance = 0;
        int next = 0;
        foreach (MaskedTokens block in blocks)
        {
            if (!block.IsExact)
                oneStep += sums[next++];
            (double part, double? error) = block.Estimate(sums.AsSpan(next, block.Samples));
            oneStep += block.IsExact ? part : 0;
            value += part;
            variance += error * error;
            next += block.Samples;
        }

        return new Likelihood(
            plan.Method, text.Length - prompt, value, variance is { } square ? Math.Sqrt(square) : null, blocks.Max(static b => b.Samples), passes + sums.Length)
        {
            OneStep = oneStep,
        };
    }

    private int Start(int block) => _first + (block * _length);

    // Tokens of a block that are given: only the first may have some.
    private int Known(int block) => Math.Max(0, prompt - Start(block));

    private int Unknown(int block) => Math.Min(_length, text.Length - Start(block)) - Known(block);

    // What a block is shown as: all unknown tokens masked, for the one-step likelihood, then the samples. A single unknown token has one mask only, which is both.
    private IEnumerable<MaskedView> Views(MaskedTokens tokens, int block)
    {
        int start = Start(block), known = Known(block), unknown = Unknown(block);
        int[] shown = new int[_length];
        shown.AsSpan().Fill(plan.MaskToken);
        text.AsSpan(start, known + unknown).CopyTo(shown);
        IEnumerable<int[]> masked = tokens.Draw();
        if (!tokens.IsExact)
            masked = masked.Prepend([.. Enumerable.Range(0, unknown)]);
        return masked.Select(places => MaskedView.Of(shown, plan.MaskToken, start, [.. places.Select(p => known + p)]));
    }

    // Keys and values of everything before the last block. Passes of one text count as one, as those of a prompt do.
    private bool FeedClean(KeyValueCache cache, CancellationToken cancellation)
    {
        int end = Start(Blocks - 1), step = plan.OnGrid ? _length : 1, rows = Math.Max(step, plan.Options.RowsPerPass / step * step);
        RowBatch batch = new();
        for (int start = 0; start < end; start += rows)
        {
            cancellation.ThrowIfCancellationRequested();
            batch.Clear();
            int stop = Math.Min(end, start + rows);
            for (int position = start; position < stop; position += step)
            {
                if (plan.OnGrid)
                    batch.AddCleanBlock(cache, text.AsSpan(position, step), position);
                else
                    batch.AddClean(cache, text[position], position);
            }

            model.Forward(batch);
            cache.Length = stop;
        }

        return end > 0;
    }
}
