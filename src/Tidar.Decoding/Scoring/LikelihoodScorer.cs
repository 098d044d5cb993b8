using Tidar.Decoding.Engine;
using Tidar.Models;
using Tidar.Models.Transformers;

namespace Tidar.Decoding.Scoring;

/// <summary>
/// How likely a model holds a text behind a prompt, by the way that the model writes: one causal pass for autoregressive models and TiDAR (tidar.md section 4), a Monte
/// Carlo estimate over masks for diffusions. Not thread-safe, as the model is not.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="plan">Whose likelihood, and how it is found.</param>
public sealed class LikelihoodScorer(ILanguageModel model, LikelihoodPlan plan)
{
    private readonly SequenceScorer _causal = new(model);
    private readonly MaskedViewScorer _views = new(model, plan);

    /// <summary>Log-likelihood of <paramref name="completion"/> behind <paramref name="prompt"/>.</summary>
    /// <param name="prompt">Tokens that are given; may be empty for diffusions.</param>
    /// <param name="completion">Tokens whose likelihood is wanted.</param>
    /// <param name="seed">Decides the masks that are drawn.</param>
    /// <param name="cancellation">Stops between two passes.</param>
    /// <exception cref="InvalidInputException">The texts are empty, too long together, or hold a token that they must not.</exception>
    public Likelihood Score(ReadOnlySpan<int> prompt, ReadOnlySpan<int> completion, long seed = 0, CancellationToken cancellation = default)
    {
        plan.Check(prompt, completion);
        int[] text = [.. prompt, .. completion];
        return plan.Method switch
        {
            StrategyKind.MaskedDiffusion => ScoreWhole(text, prompt.Length, seed, cancellation),
            StrategyKind.BlockDiffusion => new BlockLikelihood(model, plan, _views, text, prompt.Length, seed).Score(cancellation),
            _ => _causal.ScoreBehind(text, prompt.Length, cancellation),
        };
    }

    /// <summary>
    /// Perplexity over non-overlapping windows, each on its own and its first token given; of diffusions an estimate of an upper bound. A last window of one token predicts nothing.
    /// </summary>
    /// <param name="ids">The text.</param>
    /// <param name="window">Tokens of a window, at least 2, at most the context.</param>
    /// <param name="seed">Decides the masks that are drawn; every window has its own.</param>
    /// <param name="cancellation">Stops between two passes.</param>
    /// <exception cref="InvalidInputException">The window does not fit the context, a token must not be there, or there are fewer than two tokens.</exception>
    public PerplexityScore Perplexity(ReadOnlySpan<int> ids, int window, long seed = 0, CancellationToken cancellation = default)
    {
        plan.CheckWindows(ids, window);
        return PerplexityWindows.Score(ids, window, (part, index) => Score(part[..1], part[1..], unchecked(seed + index), cancellation));
    }

    // LLaDA, get_log_likelihood.py: the whole text in both directions for every sample, nothing cached.
    private Likelihood ScoreWhole(int[] text, int prompt, long seed, CancellationToken cancellation)
    {
        MaskedTokens tokens = new(text.Length - prompt, plan.Options.Samples, seed, stream: 0);
        MaskedView View(int[] places)
        {
            MaskedView view = MaskedView.Of(text, plan.MaskToken, 0, [.. places.Select(p => prompt + p)]);
            if (plan.Options.Guidance == 0)
                return view;
            int[] promptless = [.. view.Shown];
            promptless.AsSpan(0, prompt).Fill(plan.MaskToken);
            return view with { Promptless = promptless };
        }

        using KeyValueCache nothing = model.CreateCache(1);
        double[] sums = _views.Score(nothing, tokens.Draw().Select(View), cancellation);
        (double value, double? error) = tokens.Estimate(sums);
        int passes = sums.Length * (plan.Options.Guidance == 0 ? 1 : 2);
        return new Likelihood(plan.Method, text.Length - prompt, value, error, sums.Length, passes);
    }
}
