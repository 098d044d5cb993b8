using Tidar.Decoding.Engine;
using Tidar.Decoding.Scoring;
using Tidar.Models;

namespace Tidar.Decoding.Tests.Scoring;

/// <summary>Likelihood of given tokens.</summary>
public sealed class SequenceScorerTests
{
    private const int V = 20;

    [Fact]
    public void Generated_tokens_score_the_log_probabilities_that_generation_reported()
    {
        FormulaModel model = FormulaModel.Hashed(V, 1);
        GenerationResult result = new TextGenerator(model).Generate([1, 2, 3], new GenerationOptions { MaxTokens = 300, LogProbabilities = 2 });
        SequenceScore score = new SequenceScorer(model).Score([1, 2, 3, .. result.Ids]);
        Assert.Null(score.LogProbabilities[0]);
        Assert.Equal(result.LogProbabilities!.Select(p => (double?)p.Value), score.LogProbabilities.Skip(3));
        Assert.Equal(score.LogProbabilities.Sum(p => p ?? 0), score.Sum);

        // Greedy text is the most likely token, the mask token aside, which the raw distribution has and generation never says.
        Assert.All(result.LogProbabilities!, p => Assert.Equal(p.Value, p.Top.First(a => a.Token != V - 1).LogProbability));
    }

    [Fact]
    public void Probabilities_of_all_tokens_sum_to_one()
    {
        SequenceScorer scorer = new(FormulaModel.Hashed(V, 2));
        Assert.Equal(1, Enumerable.Range(0, V).Sum(t => Math.Exp(scorer.Score([4, t]).Sum)), 6);
    }

    [Fact]
    public void Perplexity_takes_every_window_on_its_own()
    {
        SequenceScorer scorer = new(FormulaModel.Hashed(V, 3));
        int[] ids = [.. Enumerable.Range(0, 700).Select(i => i * i % (V - 1))];
        PerplexityScore score = scorer.Perplexity(ids, 300);
        double sum = scorer.Score(ids.AsSpan(0, 300)).Sum + scorer.Score(ids.AsSpan(300, 300)).Sum + scorer.Score(ids.AsSpan(600, 100)).Sum;
        Assert.Equal((700, 697, 3), (score.Tokens, score.Predicted, score.Windows));
        Assert.Equal(-sum / 697, score.NegativeLogLikelihood, 12);
        Assert.Equal(Math.Exp(score.NegativeLogLikelihood), score.Perplexity);
    }

    [Fact]
    public void Argmax_of_every_row_is_what_greedy_decoding_would_say()
    {
        FormulaModel model = FormulaModel.Hashed(V, 4);
        model.Config = model.Config with { Tidar = null };
        SequenceScorer scorer = new(model);
        int[] ids = [.. Enumerable.Range(0, 290).Select(i => i * 7 % V)];
        int[] best = scorer.ArgMax(ids);
        foreach (int row in new[] { 0, 31, 32, 255, 256, 289 })
        {
            Assert.Equal(best[row], new TextGenerator(model).Generate(ids.AsSpan(0, row + 1), new GenerationOptions { MaxTokens = 1 }).Ids[0]);
            float[] last = scorer.LastLogits(ids.AsSpan(0, row + 1));
            Assert.Equal(best[row], Array.IndexOf(last, last.Max()));
        }
    }

    [Fact]
    public void Mistakes_are_named()
    {
        SequenceScorer scorer = new(FormulaModel.Hashed(V, 5, maxPositions: 10));
        Assert.Contains("at most 10", Assert.Throws<InvalidInputException>(() => scorer.Score(new int[11])).Message, StringComparison.Ordinal);
        Assert.Contains("at least one", Assert.Throws<InvalidInputException>(() => scorer.ArgMax([])).Message, StringComparison.Ordinal);
        Assert.Contains("window", Assert.Throws<InvalidInputException>(() => scorer.Perplexity([1, 2], 11)).Message, StringComparison.Ordinal);
        Assert.Contains("two tokens", Assert.Throws<InvalidInputException>(() => scorer.Perplexity([1], 5)).Message, StringComparison.Ordinal);
    }
}
