using Tidar.Decoding.Sampling;
using Tidar.Models;

namespace Tidar.Decoding.Tests.Sampling;

/// <summary>The one logits pipeline and the choice behind it.</summary>
public sealed class SamplerTests
{
    private const int V = 40;

    [Fact]
    public void Greedy_takes_the_lowest_id_among_equals_and_never_a_banned_token()
    {
        float[] logits = new float[V];
        logits[7] = logits[9] = 3;
        logits[30] = 5;
        Assert.Equal(7, new Sampler(SamplingOptions.Greedy, V, 30, [1]).Choose(logits, 0));
    }

    [Theory]
    [InlineData(0, 1f, 0f)]
    [InlineData(5, 1f, 0f)]
    [InlineData(100, 1f, 0f)]
    [InlineData(0, 0.8f, 0f)]
    [InlineData(0, 0.3f, 0f)]
    [InlineData(0, 1e-6f, 0f)]
    [InlineData(7, 0.7f, 0f)]
    [InlineData(0, 1f, 0.2f)]
    [InlineData(0, 0.9f, 0.05f)]
    [InlineData(12, 0.95f, 0.1f)]
    public void Filters_keep_the_tokens_that_their_definitions_keep(int topK, float topP, float minP)
    {
        Random random = new(topK);
        for (int round = 0; round < 200; round++)
        {
            float temperature = 0.3f + (2 * random.NextSingle());
            SamplingOptions options = new() { Temperature = temperature, TopK = topK, TopP = topP, MinP = minP };
            LogitsPipeline pipeline = new(options, V, V - 1);
            float[] logits = Row(random, ties: round % 2 == 0);
            HashSet<int> expected = Definition(logits, options);
            pipeline.Adjust(logits, null);
            pipeline.Filter(logits);
            HashSet<int> actual = pipeline.KeepsAll
                ? [.. Enumerable.Range(0, V - 1)]
                : [.. Enumerable.Range(0, pipeline.Count).Select(pipeline.Survivor).Where(t => t != V - 1)];
            Assert.Equal(expected.Order(), actual.Order());
        }
    }

    [Fact]
    public void The_choice_is_the_argmax_of_log_probability_and_noise()
    {
        Random random = new(5);
        for (int round = 0; round < 500; round++)
        {
            SamplingOptions options = new() { Temperature = 1.3f, Seed = round, TopK = round % 3 == 0 ? 9 : 0 };
            float[] logits = Row(random, ties: false);
            GumbelNoise noise = new(round, 17);
            int expected = Definition(logits, options).MaxBy(t => ((double)logits[t] / 1.3f) + noise.Of(t));
            Assert.Equal(expected, new Sampler(options, V, V - 1, [0]).Choose(logits, 17));
        }
    }

    [Fact]
    public void Penalties_count_the_history_as_their_definitions_say()
    {
        int[] prompt = [3, 3, 4];
        SamplingOptions options = new()
        {
            RepetitionPenalty = 1.5f,
            PresencePenalty = 0.25f,
            FrequencyPenalty = 0.5f,
            LogitBias = new Dictionary<int, float> { [6] = 2 },
        };
        TokenHistory history = new(V, prompt);
        foreach (int token in new[] { 4, 5, 5, 8 })
            history.Push(token);
        history.Pop();
        float[] logits = new float[V];
        (logits[3], logits[4], logits[5], logits[6], logits[8]) = (3, -3, 1.5f, 1, 1);
        new LogitsPipeline(options, V, -1).Adjust(logits, history);
        Assert.Equal(3 / 1.5f, logits[3]);
        Assert.Equal((-3 * 1.5f) - 0.75f, logits[4]);
        Assert.Equal((1.5f / 1.5f) - 0.25f - (2 * 0.5f), logits[5]);
        Assert.Equal(3, logits[6]);
        Assert.Equal(1, logits[8]);
    }

    [Fact]
    public void Popping_undoes_pushing()
    {
        Random random = new(3);
        SamplingOptions options = new() { RepetitionPenalty = 1.2f, FrequencyPenalty = 0.3f };
        Sampler sampler = new(options, V, -1, [1, 2, 3]), untouched = new(options, V, -1, [1, 2, 3]);
        for (int round = 0; round < 50; round++)
        {
            int count = random.Next(10);
            for (int i = 0; i < count; i++)
                sampler.Push(random.Next(V));
            sampler.Pop(count);
            int kept = random.Next(V);
            sampler.Push(kept);
            untouched.Push(kept);
            float[] row = Row(random, ties: true), copy = [.. row];
            Assert.Equal(untouched.Choose(copy, round), sampler.Choose(row, round));
            Assert.Equal(copy, row);
        }
    }

    [Fact]
    public void Uniform_logits_give_every_token_its_share()
    {
        const int N = 40_000;
        int[] counts = new int[V];
        Sampler sampler = new(new SamplingOptions { Temperature = 0.7f, Seed = 11 }, V, V - 1, [0]);
        for (int position = 0; position < N; position++)
            counts[sampler.Choose(new float[V], position)]++;
        Assert.Equal(0, counts[^1]);
        ChiSquare.AssertFits(counts[..^1], [.. Enumerable.Repeat(1.0 / (V - 1), V - 1)], N);
    }

    [Fact]
    public void Extreme_temperatures_are_harmless()
    {
        float[] logits = Row(new Random(1), ties: false);
        int best = Array.IndexOf(logits, logits[..^1].Max());
        Assert.Equal(best, new Sampler(new SamplingOptions { Temperature = 1e-38f }, V, V - 1, [0]).Choose([.. logits], 3));
        Assert.Equal(best, new Sampler(new SamplingOptions { Temperature = 1e-38f, TopP = 0.5f, MinP = 0.1f }, V, V - 1, [0]).Choose([.. logits], 3));
        Assert.InRange(new Sampler(new SamplingOptions { Temperature = 1e38f }, V, V - 1, [0]).Choose([.. logits], 3), 0, V - 2);
    }

    [Theory]
    [InlineData("temperature")]
    [InlineData("top-k")]
    [InlineData("top-p")]
    [InlineData("min-p")]
    [InlineData("repetition penalty")]
    [InlineData("presence penalty")]
    [InlineData("frequency penalty")]
    [InlineData("logit bias")]
    public void An_option_out_of_range_is_named(string field)
    {
        SamplingOptions wrong = field switch
        {
            "temperature" => new() { Temperature = -1 },
            "top-k" => new() { TopK = -1 },
            "top-p" => new() { TopP = 0 },
            "min-p" => new() { MinP = 1.5f },
            "repetition penalty" => new() { RepetitionPenalty = 0 },
            "presence penalty" => new() { PresencePenalty = float.NaN },
            "frequency penalty" => new() { FrequencyPenalty = float.PositiveInfinity },
            _ => new() { LogitBias = new Dictionary<int, float> { [V] = 1 } },
        };
        Assert.Contains(field, Assert.Throws<InvalidInputException>(() => wrong.Validate(V)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Logits_that_are_no_numbers_are_refused()
    {
        Assert.Throws<InvalidInputException>(() => new Sampler(SamplingOptions.Greedy, 3, -1, [0]).Choose([float.NaN, float.NaN, float.NaN], 0));
    }

    private static float[] Row(Random random, bool ties)
    {
        float[] logits = new float[V];
        for (int i = 0; i < V; i++)
            logits[i] = ties ? random.Next(-3, 4) : (random.NextSingle() * 10) - 5;
        return logits;
    }

    // The filters in the words of their papers, in double precision, on sorted lists.
    private static HashSet<int> Definition(float[] logits, SamplingOptions options)
    {
        List<(int Token, double X)> kept =
            [.. Enumerable.Range(0, V - 1).Select(t => (t, (double)logits[t] / options.Temperature)).OrderByDescending(c => c.Item2).ThenBy(c => c.t)];
        if (options.TopK > 0)
            kept = [.. kept.Take(options.TopK)];
        double total = kept.Sum(c => Math.Exp(c.X - kept[0].X)), reached = 0;
        int nucleus = 0;
        while (nucleus < kept.Count && reached < (options.TopP * total) - 1e-9)
            reached += Math.Exp(kept[nucleus++].X - kept[0].X);
        kept = options.TopP < 1 ? [.. kept.Take(nucleus)] : kept;
        return [.. kept.Where(c => Math.Exp(c.X - kept[0].X) >= options.MinP - 1e-9).Select(c => c.Token)];
    }
}
