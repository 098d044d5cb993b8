using Tidar.Decoding.Engine;
using Tidar.Decoding.Sampling;
using Tidar.Models.Configuration;
using Tidar.Models.Selectors;
using Tidar.Models.Transformers;

namespace Tidar.Decoding.Tests.Strategies;

/// <summary>The rows of every kind of pass: which token, where, and what it sees (tidar.md section 3).</summary>
public sealed class RowVisibilityTests
{
    private const int K = 4;

    [Fact]
    public void A_fused_step_verifies_the_draft_and_drafts_a_block_for_every_outcome()
    {
        List<TokenRow[]> passes = Record(new GenerationOptions { Strategy = StrategyKind.Tidar, Mode = TidarMode.Fused, MaxTokens = 30 }, out int mask);
        AssertPrefill(passes[0], mask);
        int length = 3;
        foreach (TokenRow[] rows in passes.Skip(1))
        {
            length = rows[0].Position;
            Assert.Equal(K + (K * K), rows.Length);
            AssertClean(rows.AsSpan(0, K), length);
            for (int outcome = 1; outcome <= K; outcome++)
                AssertBlock(rows.AsSpan(K * outcome, K), length + outcome, mask, K * (outcome - 1));
        }

        Assert.True(length > 10);
    }

    [Fact]
    public void A_two_pass_step_verifies_then_drafts_behind_the_corrected_token()
    {
        List<TokenRow[]> passes = Record(new GenerationOptions { Strategy = StrategyKind.Tidar, Mode = TidarMode.TwoPass, MaxTokens = 30 }, out int mask);
        AssertPrefill(passes[0], mask);
        for (int i = 1; i < passes.Count; i++)
        {
            TokenRow[] rows = passes[i];
            if (i % 2 == 1)
            {
                Assert.Equal(K, rows.Length);
                AssertClean(rows, rows[0].Position);
                continue;
            }

            Assert.Equal(K + 1, rows.Length);
            AssertClean(rows.AsSpan(0, 1), rows[0].Position);
            AssertBlock(rows.AsSpan(1), rows[0].Position + 1, mask, 0);
        }
    }

    [Fact]
    public void A_sparse_step_drafts_only_the_named_outcomes()
    {
        SamplingOptions varied = new() { Temperature = 1 };
        GenerationOptions options = new() { Strategy = StrategyKind.Tidar, Mode = TidarMode.Sparse, Outcomes = [1, 3], MaxTokens = 60, Sampling = varied };
        List<TokenRow[]> passes = Record(options, out int mask);
        Assert.Contains(passes.Skip(1), rows => rows.Length == K + 1);
        foreach (TokenRow[] rows in passes.Skip(1).Where(rows => rows.Length != K + 1))
        {
            Assert.Equal(K + (2 * K), rows.Length);
            AssertClean(rows.AsSpan(0, K), rows[0].Position);
            AssertBlock(rows.AsSpan(K, K), rows[0].Position + 1, mask, 0);
            AssertBlock(rows.AsSpan(2 * K, K), rows[0].Position + 3, mask, K);
        }
    }

    // Prompt rows see themselves and what is before them, never a mask; the block sees the whole prompt and itself.
    private static void AssertPrefill(TokenRow[] rows, int mask)
    {
        Assert.Equal(3 + K, rows.Length);
        AssertClean(rows.AsSpan(0, 3), 0);
        AssertBlock(rows.AsSpan(3), 3, mask, 0);
    }

    private static void AssertClean(ReadOnlySpan<TokenRow> rows, int position)
    {
        for (int i = 0; i < rows.Length; i++)
            Assert.Equal((position + i, position + i + 1, 0, true), (rows[i].Position, rows[i].PrefixLength, rows[i].SpanLength, rows[i].IsClean));
    }

    private static void AssertBlock(ReadOnlySpan<TokenRow> rows, int position, int mask, int span)
    {
        for (int i = 0; i < K; i++)
        {
            TokenRow row = rows[i];
            Assert.Equal((mask, position + i, position), (row.Token, row.Position, row.PrefixLength));
            Assert.Equal((span, K, span + i), (row.SpanStart, row.SpanLength, row.Ephemeral));
        }
    }

    private static List<TokenRow[]> Record(GenerationOptions options, out int mask)
    {
        Recorder recorder = new(FormulaModel.Hashed(20, 12));
        mask = recorder.Config.Tidar!.MaskTokenId;
        new TextGenerator(recorder).Generate([1, 2, 3], options with { DraftLength = K });
        return recorder.Passes;
    }

    private sealed class Recorder(ILanguageModel inner) : ILanguageModel
    {
        public List<TokenRow[]> Passes { get; } = [];

        public ModelConfig Config => inner.Config;

        public KeyValueCache CreateCache(int capacity) => inner.CreateCache(capacity);

        public void Forward(RowBatch batch)
        {
            Passes.Add(batch.Rows.ToArray());
            inner.Forward(batch);
        }

        public void Logits(ReadOnlySpan<int> rows, Span<float> logits) => inner.Logits(rows, logits);

        public void Top(ReadOnlySpan<int> rows, int excluded, int count, Span<int> tokens, Span<float> logits) => inner.Top(rows, excluded, count, tokens, logits);

        public void HiddenStates(ReadOnlySpan<int> rows, Span<float> states) => inner.HiddenStates(rows, states);

        public void Keep(int row, KeyValueCache cache) => inner.Keep(row, cache);

        public PathSelector? Selector => inner.Selector;
    }
}
