using Tidar.Decoding.Sequences;
using Tidar.Models.Transformers;

namespace Tidar.Decoding.Strategies.Speculative;

/// <summary>
/// Drafts with a second model, autoregressively: a state machine over that model's passes, which the engine runs before a verifying pass while
/// <see cref="IsDrafting"/>. Tokens are chosen as the sequence's own are, with the noise of their positions, so that both models choose alike where they think alike.
/// </summary>
/// <remarks>
/// Its cache holds the committed tokens that the draft model has seen, and then drafted ones: what the verification did not accept is rolled back by the cache's length, what it has not seen is fed
/// with the next pass.
/// </remarks>
internal sealed class ModelDrafter : IDrafter, IDecodingStrategy, IDisposable
{
    private readonly TokenSequence _sequence;
    private readonly int[] _draft;
    private readonly int _vocabularySize;
    private readonly float[]? _probabilities;
    private int _wanted;
    private int _drafted;
    private int _fed;
    private int _row;

    /// <summary>Creates it.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="model">The draft model.</param>
    /// <param name="longest">Most tokens of a draft.</param>
    /// <param name="keepsProbabilities">Whether <see cref="Probabilities"/> will be asked for.</param>
    public ModelDrafter(TokenSequence sequence, ILanguageModel model, int longest, bool keepsProbabilities)
    {
        _sequence = sequence;
        _draft = new int[longest];
        _vocabularySize = model.Config.VocabularySize;
        _probabilities = keepsProbabilities ? new float[longest * _vocabularySize] : null;
        Cache = model.CreateCache(Math.Min(model.Config.MaxPositions, sequence.Cache.Capacity));
    }

    /// <summary>Keys and values in the draft model.</summary>
    public KeyValueCache Cache { get; }

    /// <summary>Whether another pass of the draft model is wanted.</summary>
    public bool IsDrafting => _drafted < _wanted;

    /// <inheritdoc/>
    public int Longest => _draft.Length;

    /// <summary>Begins a draft behind the committed tokens. None is made before the first token, and none beyond the draft model's context.</summary>
    public void Begin()
    {
        int length = _sequence.Tokens.Length;

        // The last committed token is never in the cache: either the verification said it, or it has not been fed yet.
        Cache.Length = Math.Min(Cache.Length, length - 1);
        _drafted = 0;
        _wanted = _sequence.Generated.IsEmpty ? 0 : Math.Min(Math.Min(Longest, _sequence.DraftRoom), Cache.MaxPositions - length + 1);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<int> Draft() => _draft.AsSpan(0, _drafted);

    /// <inheritdoc/>
    public ReadOnlySpan<float> Probabilities(int slot) => _probabilities.AsSpan(slot * _vocabularySize, _vocabularySize);

    /// <inheritdoc/>
    public void Plan(SequencePass pass)
    {
        int length = _sequence.Tokens.Length, end = length + _drafted;
        _fed = Math.Min(end, Cache.Length + pass.PrefillRows);
        for (int i = Cache.Length; i < _fed; i++)
            _row = pass.AddClean(i < length ? _sequence.Tokens[i] : _draft[i - length], i);
        if (_fed < end)
            pass.ContinuePrefill();
        else
            pass.NeedLogits(_row, 1);
    }

    /// <inheritdoc/>
    public void Commit(SequencePass pass)
    {
        Cache.Length = _fed;
        if (pass.IsPartial)
            return;
        int position = _sequence.Tokens.Length + _drafted;
        _draft[_drafted] = _probabilities is null ? _sequence.Guess(pass, _row, position) : Draw(pass.Logits(_row), position);

        // Tokens see in their history what stands before them in the draft, as the rows that verify them will.
        _sequence.Sampler.Push(_draft[_drafted++]);
        if (!IsDrafting)
            _sequence.Sampler.Pop(_drafted);
    }

    /// <inheritdoc/>
    public void Draft(SequencePass pass) => throw new InvalidOperationException("a draft model's pass asks for no further rows");

    /// <inheritdoc/>
    public void Dispose() => Cache.Dispose();

    private int Draw(Span<float> logits, int position)
    {
        int token = _sequence.Sampler.ChooseAndNormalize(logits, position);
        logits.CopyTo(_probabilities.AsSpan(_drafted * _vocabularySize));
        return token;
    }
}
