using Tidar.Kernels.Elementwise;
using Tidar.Models.Transformers;

namespace Tidar.Training.Adapters;

/// <summary>
/// The clean half of training: runs documents through the base model as decoding does, for the keys and values that mask rows see and, where wanted, for the
/// model's own distribution at every target. Caches are reused from step to step.
/// </summary>
internal sealed class CleanHalf(Transformer model) : IDisposable
{
    private const int RowsPerPass = 1024;
    private const int LogitsRows = 64;

    private readonly List<KeyValueCache> _caches = [];
    private readonly RowBatch _batch = new();
    private readonly List<(int Row, int Document, int Position)> _predicting = [];
    private float[] _logits = [];

    /// <summary>Keys and values of each document. They are valid until the next call.</summary>
    /// <param name="documents">The documents.</param>
    /// <param name="targets">Receives what stands at every labelled position, mixed with the model's distribution.</param>
    /// <param name="softTokens">Tokens of the model's distribution to keep; 0 leaves certainty.</param>
    /// <param name="softShare">Their share.</param>
    public IReadOnlyList<KeyValueCache> Run(
        IReadOnlyList<PreparedDocument> documents, out IReadOnlyList<TokenDistribution?[]> targets, int softTokens, double softShare)
    {
        while (_caches.Count < documents.Count)
            _caches.Add(model.CreateCache(documents[_caches.Count].Tokens.Length));
        TokenDistribution?[][] found = [.. documents.Select(d => new TokenDistribution?[d.Tokens.Length])];
        _batch.Clear();
        _predicting.Clear();
        for (int d = 0; d < documents.Count; d++)
        {
            PreparedDocument document = documents[d];
            _caches[d].Length = 0;
            for (int p = 0; p < document.Tokens.Length; p++)
            {
                bool isTarget = document.Labelled[p];
                if (isTarget)
                    found[d][p] = TokenDistribution.Certain(document.Tokens[p]);
                // Nothing follows the last token that could see it.
                if (p == document.Tokens.Length - 1)
                    break;
                int row = _batch.AddClean(_caches[d], document.Tokens[p], p);
                if (softTokens > 0 && document.Labelled[p + 1])
                    _predicting.Add((row, d, p + 1));
                if (_batch.Count == RowsPerPass)
                    Flush(documents, found, softTokens, softShare);
                _caches[d].Length = p + 1;
            }
        }

        Flush(documents, found, softTokens, softShare);
        targets = found;
        return _caches.GetRange(0, documents.Count);
    }

    public void Dispose()
    {
        foreach (KeyValueCache cache in _caches)
            cache.Dispose();
    }

    private void Flush(IReadOnlyList<PreparedDocument> documents, TokenDistribution?[][] targets, int softTokens, double softShare)
    {
        if (_batch.Count == 0)
            return;
        model.Forward(_batch);
        int vocabulary = model.Config.VocabularySize;
        for (int first = 0; first < _predicting.Count; first += LogitsRows)
        {
            int count = Math.Min(LogitsRows, _predicting.Count - first);
            if (_logits.Length < count * vocabulary)
                _logits = new float[LogitsRows * vocabulary];
            int[] rows = [.. _predicting.Skip(first).Take(count).Select(static p => p.Row)];
            model.Logits(rows, _logits);
            for (int i = 0; i < count; i++)
            {
                Span<float> row = _logits.AsSpan(i * vocabulary, vocabulary);
                Softmax.Run(row);
                (_, int document, int position) = _predicting[first + i];
                targets[document][position] = TokenDistribution.Mix(documents[document].Tokens[position], row, softTokens, softShare);
            }
        }

        _batch.Clear();
        _predicting.Clear();
    }
}
