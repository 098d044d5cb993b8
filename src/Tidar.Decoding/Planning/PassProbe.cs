using Tidar.Decoding.Engine;
using Tidar.Models.Transformers;

namespace Tidar.Decoding.Planning;

/// <summary>Runs passes of given layouts behind a cache that holds random tokens, so that they can be timed. What they say is of no interest.</summary>
public sealed class PassProbe : IDisposable
{
    private const int Seed = 7;

    private readonly ILanguageModel _model;
    private readonly KeyValueCache _cache;
    private readonly RowBatch _batch = new();
    private int[] _random = [];
    private int[] _choices = [];
    private float[] _logits = [];

    /// <summary>Fills a cache.</summary>
    /// <param name="model">The model.</param>
    /// <param name="context">Tokens in the cache.</param>
    /// <param name="cancellation">Looked at between passes.</param>
    public PassProbe(ILanguageModel model, int context, CancellationToken cancellation = default)
    {
        _model = model;
        _cache = model.CreateCache(context);
        ReadOnlySpan<int> tokens = Tokens(context);
        while (_cache.Length < context)
        {
            cancellation.ThrowIfCancellationRequested();
            int end = Math.Min(context, _cache.Length + DecodingEngine.DefaultPrefillRows);
            _batch.Clear();
            for (int i = _cache.Length; i < end; i++)
                _batch.AddClean(_cache, tokens[i], i);
            model.Forward(_batch);
            _cache.Length = end;
        }
    }

    /// <summary>The cache.</summary>
    public KeyValueCache Cache => _cache;

    /// <summary>The rows of the layout set last. Valid until another one is set.</summary>
    public ReadOnlySpan<TokenRow> Rows => _batch.Rows;

    /// <summary>Sets the rows of the next passes.</summary>
    public void Set(StepLayout layout)
    {
        _batch.Clear();
        layout.AddTo(_batch, _cache, Tokens(layout.Slots));
    }

    /// <summary>Runs the rows, without logits.</summary>
    public void Forward() => _model.Forward(_batch);

    /// <summary>Asks for the most likely tokens of rows of the last pass.</summary>
    public void Ask(ReadOnlySpan<int> rows)
    {
        if (_choices.Length < rows.Length)
            (_choices, _logits) = (new int[rows.Length], new float[rows.Length]);
        _model.Top(rows, excluded: -1, count: 1, _choices.AsSpan(0, rows.Length), _logits.AsSpan(0, rows.Length));
    }

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    private ReadOnlySpan<int> Tokens(int count)
    {
        if (_random.Length < count)
        {
            Random random = new(Seed);
            _random = [.. Enumerable.Range(0, count).Select(_ => random.Next(_model.Config.VocabularySize))];
        }

        return _random.AsSpan(0, count);
    }
}
