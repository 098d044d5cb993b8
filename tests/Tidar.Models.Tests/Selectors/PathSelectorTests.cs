using Tidar.Models.Selectors;
using Tidar.Models.Weights;
using Tidar.Tests;

namespace Tidar.Models.Tests.Selectors;

public sealed class PathSelectorTests
{
    private const int Hidden = 24;
    private const int Vocabulary = 50;
    private const int Width = 40;

    private static readonly float[] Embedding = Values(1, Vocabulary * Hidden);
    private static readonly float[] State = Values(2, Hidden);

    [Theory]
    [InlineData(1, 1, 1f)]
    [InlineData(2, 3, 1f)]
    [InlineData(3, 4, 0.7f)]
    [InlineData(2, 9, 1f)]
    public void Scores_are_the_formula_s(int predecessors, int slot, float temperature)
    {
        SelectorWeights weights = RandomSelector.Create(Hidden, 5, rank: 6, candidates: 8, predecessors: predecessors, slots: 4);
        using PathSelector selector = new(weights, new MemoryTensor("e", [Vocabulary, Hidden], Embedding));
        int[] before = [-1, 3, 7, 4, 30, 7], tokens = [4, 9, 30, 0, -1];
        float[] logits = [1, 2, -1, 0.5f, float.NegativeInfinity], scores = [.. logits], gate = new float[selector.Rank];
        for (int round = 0; round < 2; round++)
        {
            // What a selector has computed of a token before must not matter.
            logits.CopyTo(scores, 0);
            selector.Gate(slot, State, gate);
            selector.Score(slot, gate, before, tokens, scores, temperature);
            for (int i = 0; i < tokens.Length - 1; i++)
                Assert.Equal(Expected(weights, slot, before, tokens[i], logits[i], temperature), scores[i], 1e-4);
            Assert.Equal(float.NegativeInfinity, scores[^1]);
        }
    }

    [Fact]
    public void A_selector_that_does_not_look_for_repetitions_scores_them_as_anything_else()
    {
        SelectorWeights weights = RandomSelector.Create(Hidden, 5, copyLength: 0);
        using PathSelector selector = new(weights, new MemoryTensor("e", [Vocabulary, Hidden], Embedding));
        float[] once = [1, 2], again = [1, 2], gate = new float[selector.Rank];
        selector.Gate(1, State, gate);
        selector.Score(1, gate, [9, 9, 3, 7], [4, 5], once);
        selector.Score(1, gate, [7, 4, 3, 7], [4, 5], again);
        Assert.Equal(once, again);
        using TemporaryFolder folder = new();
        Write(folder, RandomSelector.Create(Width, 3, copyLength: 0));
        Assert.Empty(SelectorWeights.Find(folder.Path, Width)!.Copy);
    }

    [Fact]
    public void A_selector_is_written_beside_what_the_record_says_and_read_back()
    {
        using TemporaryFolder folder = new();
        string record = folder.Write(SelectorNames.RecordFile, "{\"rows\": \"mask\", \"draft_length\": 5}");
        SelectorWeights weights = RandomSelector.Create(Width, 3);
        Assert.Null(SelectorWeights.Find(folder.Path, Width));
        Write(folder, weights);
        SelectorWeights read = SelectorWeights.Find(folder.Path, Width)!;
        Assert.Equal((weights.Rank, weights.Candidates, weights.Predecessors, weights.Slots), (read.Rank, read.Candidates, read.Predecessors, read.Slots));
        Assert.Equal(weights.From, read.From);
        Assert.Equal(weights.To, read.To);
        Assert.Equal(weights.Gate, read.Gate);
        Assert.Equal(weights.GateBias, read.GateBias);
        Assert.Equal(weights.Scale, read.Scale);
        Assert.Equal(weights.Copy, read.Copy);
        Assert.Contains("\"draft_length\": 5", File.ReadAllText(record), StringComparison.Ordinal);
        Assert.Null(SelectorWeights.Find(folder.File("none"), Width));
    }

    [Theory]
    [InlineData("{\"selector\": \"../selector.safetensors\"}", "selector")]
    [InlineData("{\"selector\": \"other.safetensors\"}", "other.safetensors")]
    [InlineData("{\"selector\": 3}", "selector")]
    [InlineData("[]", "object")]
    public void A_record_that_cannot_be_is_one_line(string record, string part)
    {
        using TemporaryFolder folder = new();
        folder.Write(SelectorNames.RecordFile, record);
        Assert.Contains(part, Mistake(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_that_do_not_fit_are_one_line()
    {
        using TemporaryFolder folder = new();
        SelectorWeights good = RandomSelector.Create(Width, 3);
        Write(folder, RandomSelector.Create(24, 3));
        Assert.Contains("shape [6, 40]", Mistake(folder), StringComparison.Ordinal);
        Write(folder, good with { Candidates = 1 });
        Assert.Contains("candidates", Mistake(folder), StringComparison.Ordinal);
        Write(folder, good with { Scale = new float[7] });
        Assert.Contains("scale", Mistake(folder), StringComparison.Ordinal);
        Write(folder, good with { Copy = new float[CopyMatches.Longest + 1] });
        Assert.Contains("copy", Mistake(folder), StringComparison.Ordinal);
        Write(folder, good with { Gate = [.. good.Gate.Select(_ => float.NaN)] });
        Assert.Contains("finite", Mistake(folder), StringComparison.Ordinal);
        Write(folder, good, new MemoryTensor("more", [1], new float[] { 1 }));
        Assert.Contains("more", Mistake(folder), StringComparison.Ordinal);
    }

    private static string Mistake(TemporaryFolder folder) =>
        Assert.Throws<InvalidInputException>(() => SelectorWeights.Find(folder.Path, Width)).Message;

    private static void Write(TemporaryFolder folder, SelectorWeights weights, params WeightTensor[] more)
    {
        int hidden = weights.To.Length / weights.Rank;
        SelectorWriter.Write(
            folder.Path,
            weights.Candidates,
            [
                new MemoryTensor(SelectorNames.From, [weights.Predecessors * weights.Rank, hidden], weights.From),
                new MemoryTensor(SelectorNames.To, [weights.Rank, hidden], weights.To),
                new MemoryTensor(SelectorNames.Gate, [weights.Rank, hidden], weights.Gate),
                new MemoryTensor(SelectorNames.GateBias, [weights.Slots, weights.Rank], weights.GateBias),
                new MemoryTensor(SelectorNames.Scale, [weights.Scale.Length], weights.Scale),
                .. weights.Copy.Length == 0 ? [] : new[] { new MemoryTensor(SelectorNames.Copy, [weights.Copy.Length], weights.Copy) },
                .. more,
            ],
            StoredType.F32);
    }

    private static double Expected(SelectorWeights weights, int slot, int[] before, int token, float logit, float temperature)
    {
        int index = Math.Min(slot, weights.Slots) - 1;
        double[] h = Normalize(State), to = Normalize(Embedding.AsSpan(token * Hidden, Hidden));
        double score = weights.Scale[index] * logit;
        for (int r = 0; r < weights.Rank; r++)
        {
            double query = 0, gate = weights.GateBias[(index * weights.Rank) + r], target = 0;
            for (int i = 0; i < weights.Predecessors; i++)
            {
                if (before[^(i + 1)] < 0)
                    continue;
                double[] from = Normalize(Embedding.AsSpan(before[^(i + 1)] * Hidden, Hidden));
                for (int k = 0; k < Hidden; k++)
                    query += weights.From[(((i * weights.Rank) + r) * Hidden) + k] * from[k];
            }

            for (int k = 0; k < Hidden; k++)
            {
                gate += weights.Gate[(r * Hidden) + k] * h[k];
                target += weights.To[(r * Hidden) + k] * to[k];
            }

            score += query * gate * target / temperature;
        }

        // Behind 7 there was 4 before.
        return token == 4 ? score + (weights.Copy[0] / temperature) : score;
    }

    private static double[] Normalize(ReadOnlySpan<float> x)
    {
        double squares = 0;
        foreach (float value in x)
            squares += (double)value * value;
        double factor = 1 / Math.Sqrt((squares / x.Length) + 1e-6);
        double[] result = new double[x.Length];
        for (int i = 0; i < result.Length; i++)
            result[i] = x[i] * factor;
        return result;
    }

    private static float[] Values(int seed, int count)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }
}
