using Tidar.Decoding.Engine;
using Tidar.Decoding.Sampling;
using Tidar.Decoding.Sequences;
using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;
using Tidar.Models.Selectors;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Tests;

namespace Tidar.Decoding.Tests.Selectors;

/// <summary>What a path selector does to drafts. That it does nothing to texts is said by <see cref="Strategies.LosslessTests"/>.</summary>
public sealed class SelectedDraftTests
{
    private const int Vocabulary = 30;
    private const int Hidden = 40;

    [Theory]
    [InlineData(TidarMode.Fused, 0f)]
    [InlineData(TidarMode.TwoPass, 0f)]
    [InlineData(TidarMode.Sparse, 0f)]
    [InlineData(TidarMode.Fused, 0.5f)]
    public void A_selector_that_knows_which_token_follows_which_makes_every_draft_right(TidarMode mode, float temperature)
    {
        // The token after t is (t + 7) mod 29, which a row of masks does not know: it has no idea what stands before a slot.
        FormulaModel model = new(Vocabulary, (seen, token) => token == (seen.Span[^1] + 7) % (Vocabulary - 1) ? 30 : token * -0.01f);
        ModelConfig config = model.Config;
        using PathSelector selector = new(Successor(7), new MemoryTensor("e", [Vocabulary, Hidden], OneHot()));
        GenerationOptions options = new()
        {
            MaxTokens = 80, Mode = mode, Outcomes = mode == TidarMode.Sparse ? [2, 8] : null, Sampling = new SamplingOptions { Temperature = temperature, Seed = 4 },
        };
        FormulaModel blind = new(Vocabulary, (seen, token) => token * -0.01f) { Config = config };
        LastTokenModel mixed = new(model, blind);
        GenerationResult without = new TextGenerator(mixed).Generate([4, 9], options);
        mixed.Selector = selector;
        GenerationResult with = new TextGenerator(mixed).Generate([4, 9], options), off = new TextGenerator(mixed).Generate([4, 9], options with { PathSelector = false });
        Assert.Equal(without.Ids, with.Ids);
        // Two-pass: 8 tokens verified and one behind them, nine times, without the last drafting pass.
        Assert.Equal(mode == TidarMode.TwoPass ? 1 + 9 + 8 : 1 + (80 / 8), with.Passes);
        Assert.True(without.Passes > 3 * with.Passes);
        Assert.Equal(without.Passes, off.Passes);
    }

    [Fact]
    public void Drafts_of_the_fused_candidates_are_those_of_whole_rows_of_logits()
    {
        using WorkerTeam team = new(2);
        ModelConfig config = RandomModel.Config();
        using Transformer model = RandomModel.Create(config, 4, team, scale: 2, selector: RandomSelector.Create(config.HiddenSize, 6, candidates: 9));
        using Transformer plain = RandomModel.Create(config, 4, team, scale: 2);
        GenerationOptions options = new() { MaxTokens = 40, Trace = true, IgnoreEos = true };
        foreach (TidarMode mode in new[] { TidarMode.Fused, TidarMode.TwoPass })
        {
            // Log-probabilities make the engine compute every logit.
            IReadOnlyList<DecodingStep> candidates = new TextGenerator(model).Generate([1, 2, 3], options with { Mode = mode }).Steps!;
            IReadOnlyList<DecodingStep> logits = new TextGenerator(model).Generate([1, 2, 3], options with { Mode = mode, LogProbabilities = 0 }).Steps!;
            IReadOnlyList<DecodingStep> others = new TextGenerator(plain).Generate([1, 2, 3], options with { Mode = mode }).Steps!;
            Assert.Equal(candidates.Select(s => s.NextDraft), logits.Select(s => s.NextDraft));
            Assert.NotEqual(candidates.Select(s => s.NextDraft), others.Select(s => s.NextDraft));
        }
    }

    [Fact]
    public void Sessions_with_and_without_selector_share_passes()
    {
        using WorkerTeam team = new(2);
        ModelConfig config = RandomModel.Config();
        using Transformer model = RandomModel.Create(config, 4, team, scale: 2, selector: RandomSelector.Create(config.HiddenSize, 6));
        GenerationOptions[] all =
        [
            new() { MaxTokens = 30 },
            new() { MaxTokens = 25, PathSelector = false },
            new() { MaxTokens = 20, Mode = TidarMode.TwoPass },
            new() { MaxTokens = 20, Sampling = new SamplingOptions { Temperature = 1, Seed = 2 } },
            new() { MaxTokens = 15, Strategy = StrategyKind.Autoregressive },
        ];
        List<GenerationResult> together = [.. new BatchGenerator(model, null, sessions: 5).Run([.. all.Select((_, i) => new[] { i, 7 })], i => all[i])];
        for (int i = 0; i < all.Length; i++)
        {
            GenerationResult alone = new TextGenerator(model).Generate([i, 7], all[i]);
            Assert.Equal(alone.Ids, together[i].Ids);
            Assert.Equal(alone.Passes, together[i].Passes);
        }
    }

    // ⟨A e_a, B e_b⟩ is large where b = (a + step) mod 29.
    private static SelectorWeights Successor(int step)
    {
        float[] from = new float[Hidden * Hidden], to = new float[Hidden * Hidden];
        for (int t = 0; t < Vocabulary - 1; t++)
        {
            from[(t * Hidden) + t] = 1;
            to[(t * Hidden) + ((t + step) % (Vocabulary - 1))] = 1;
        }

        float[] bias = new float[7 * Hidden], scale = new float[7];
        Array.Fill(bias, 1);
        Array.Fill(scale, 1);
        return new SelectorWeights(Hidden, Vocabulary - 1, 1, 7, from, to, new float[Hidden * Hidden], bias, scale, Copy: []);
    }

    private static float[] OneHot()
    {
        float[] embedding = new float[Vocabulary * Hidden];
        for (int t = 0; t < Vocabulary; t++)
            embedding[(t * Hidden) + t] = 1;
        return embedding;
    }

    /// <summary>Clean rows of one model, mask rows of another.</summary>
    private sealed class LastTokenModel(FormulaModel clean, FormulaModel masks) : ILanguageModel
    {
        private TokenRow[] _rows = [];

        public ModelConfig Config => clean.Config;

        public PathSelector? Selector { get; set; }

        public KeyValueCache CreateCache(int capacity) => clean.CreateCache(capacity);

        public void Forward(RowBatch batch)
        {
            _rows = batch.Rows.ToArray();
            clean.Forward(batch);
            masks.Forward(batch);
        }

        public void Logits(ReadOnlySpan<int> rows, Span<float> logits)
        {
            for (int i = 0; i < rows.Length; i++)
                Of(rows[i]).Logits(rows.Slice(i, 1), logits.Slice(i * Vocabulary, Vocabulary));
        }

        public void Top(ReadOnlySpan<int> rows, int excluded, int count, Span<int> tokens, Span<float> logits)
        {
            for (int i = 0; i < rows.Length; i++)
                Of(rows[i]).Top(rows.Slice(i, 1), excluded, count, tokens.Slice(i * count, count), logits.Slice(i * count, count));
        }

        public void HiddenStates(ReadOnlySpan<int> rows, Span<float> states) => clean.HiddenStates(rows, states);

        public void Keep(int row, KeyValueCache cache) => clean.Keep(row, cache);

        private FormulaModel Of(int row) => _rows[row].IsMask ? masks : clean;
    }
}
