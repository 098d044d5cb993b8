using System.Runtime.InteropServices;
using Tidar.Decoding.Sampling;
using Tidar.Decoding.Strategies.Denoising;
using Tidar.Models.Transformers;

namespace Tidar.Decoding.Scoring;

/// <summary>Scores masked views, as many in a forward pass as there is room for. A view's number does not depend on the others.</summary>
internal sealed class MaskedViewScorer(ILanguageModel model, LikelihoodPlan plan)
{
    // Logits of so many rows are held at a time; even, because guidance takes two for a token.
    private const int LogitRows = 32;

    private readonly int _vocabulary = model.Config.VocabularySize;
    private readonly RowBatch _batch = new();
    private readonly LogProbabilityRow _row = new(model.Config.VocabularySize);
    private readonly float[] _logits = new float[LogitRows * model.Config.VocabularySize];
    private readonly float[] _guided = new float[model.Config.VocabularySize];
    private readonly List<MaskedView> _views = [];
    private readonly List<int> _asked = [];
    private readonly List<(int View, int Target)> _sought = [];

    /// <summary>Log-probability of the tokens behind the masks of every view, each on its own, summed over the view.</summary>
    /// <param name="cache">Has the keys and values of all clean tokens that the views see.</param>
    /// <param name="views">The views; made as they are needed.</param>
    /// <param name="cancellation">Stops between two passes.</param>
    public double[] Score(KeyValueCache cache, IEnumerable<MaskedView> views, CancellationToken cancellation)
    {
        List<double> sums = [];
        int rows = 0;
        foreach (MaskedView view in views)
        {
            if (rows > 0 && rows + view.Rows > plan.Options.RowsPerPass)
            {
                Run(cache, sums, cancellation);
                rows = 0;
            }

            _views.Add(view);
            rows += view.Rows;
        }

        Run(cache, sums, cancellation);
        return [.. sums];
    }

    private void Run(KeyValueCache cache, List<double> sums, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _batch.Clear();
        _asked.Clear();
        _sought.Clear();
        foreach (MaskedView view in _views)
        {
            int with = Add(cache, view, view.Shown), without = view.Promptless is null ? -1 : Add(cache, view, view.Promptless);
            for (int i = 0; i < view.Places.Length; i++)
            {
                int predictor = DenoisingRows.PredictorOf(view.Places[i], plan.Shifted);
                _asked.Add(with + predictor);
                if (without >= 0)
                    _asked.Add(without + predictor);
                _sought.Add((sums.Count, view.Targets[i]));
            }

            sums.Add(0);
        }

        _views.Clear();
        if (_batch.Count == 0)
            return;
        model.Forward(_batch);
        ReadLogits(CollectionsMarshal.AsSpan(sums));
    }

    private int Add(KeyValueCache cache, MaskedView view, int[] tokens) => _batch.AddBlock(cache, tokens, view.Position, prefixLength: view.Position);

    private void ReadLogits(Span<double> sums)
    {
        bool guided = plan.Options.Guidance != 0;
        int next = 0, each = guided ? 2 : 1;
        ReadOnlySpan<int> asked = CollectionsMarshal.AsSpan(_asked);
        for (int first = 0; first < asked.Length; first += LogitRows)
        {
            ReadOnlySpan<int> rows = asked.Slice(first, Math.Min(LogitRows, asked.Length - first));
            model.Logits(rows, _logits.AsSpan(0, rows.Length * _vocabulary));
            for (int i = 0; i < rows.Length; i += each, next++)
            {
                if (guided)
                    DenoisingRows.Guide(Row(i), Row(i + 1), plan.Options.Guidance, _guided);
                _row.Set(guided ? _guided : Row(i));
                sums[_sought[next].View] += _row.Of(_sought[next].Target);
            }
        }
    }

    private ReadOnlySpan<float> Row(int index) => _logits.AsSpan(index * _vocabulary, _vocabulary);
}
