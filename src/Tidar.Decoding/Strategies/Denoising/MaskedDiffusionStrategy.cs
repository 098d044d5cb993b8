using Tidar.Decoding.Sequences;

namespace Tidar.Decoding.Strategies.Denoising;

/// <summary>
/// Masked diffusion (LLaDA, arXiv 2502.09992; Dream, arXiv 2508.15487): prompt and a whole masked answer go through the model in both directions again and again, and every pass decides some
/// of the answer's tokens, block by block. Nothing is cached; the answer has its full length from the start and is cut at its first end token.
/// </summary>
internal sealed class MaskedDiffusionStrategy : IDecodingStrategy
{
    private readonly TokenSequence _sequence;
    private readonly DenoisingSettings _settings;
    private readonly Revealer _revealer;
    private readonly int[] _tokens;
    private readonly float[] _mixed;
    private readonly List<int> _asked = [];
    private int _blockStart;
    private int _row;
    private int _unguidedRow;

    public MaskedDiffusionStrategy(TokenSequence sequence, DenoisingSettings settings, ITokenChooser chooser, int vocabularySize)
    {
        _sequence = sequence;
        _settings = settings;
        _revealer = new Revealer(settings, chooser, vocabularySize);
        _tokens = new int[sequence.PromptLength + settings.Length];
        _tokens.AsSpan().Fill(settings.MaskToken);
        sequence.Tokens.CopyTo(_tokens);
        _mixed = settings.Guidance == 0 ? [] : new float[vocabularySize];
        _blockStart = sequence.PromptLength;
        _revealer.Begin(Unknown);
    }

    /// <summary>Prompt and answer as they stand after each pass, for parity tests.</summary>
    internal Action<int[]>? Observer { get; set; }

    private int BlockEnd => Math.Min(_tokens.Length, _blockStart + _settings.BlockLength);

    private int Unknown => _tokens.AsSpan(_blockStart, BlockEnd - _blockStart).Count(_settings.MaskToken);

    /// <inheritdoc/>
    public void Plan(SequencePass pass)
    {
        _row = pass.AddBlock(_tokens, firstPosition: 0, prefixLength: 0);
        if (_settings.Guidance != 0)
        {
            int[] promptless = [.. _tokens];
            promptless.AsSpan(0, _sequence.PromptLength).Fill(_settings.MaskToken);
            _unguidedRow = pass.AddBlock(promptless, firstPosition: 0, prefixLength: 0);
        }

        _asked.Clear();
        for (int p = _blockStart; p < BlockEnd; p++)
        {
            if (_tokens[p] != _settings.MaskToken)
                continue;
            _asked.Add(p);
            pass.NeedLogits(_row + Offset(p), 1);
            if (_settings.Guidance != 0)
                pass.NeedLogits(_unguidedRow + Offset(p), 1);
        }
    }

    /// <inheritdoc/>
    public void Commit(SequencePass pass)
    {
        foreach (int p in _asked)
        {
            ReadOnlySpan<float> logits = pass.Logits(_row + Offset(p));
            _revealer.Propose(_settings.Guidance == 0 ? logits : Guided(logits, pass.Logits(_unguidedRow + Offset(p))), p);
        }

        foreach (Revealer.Proposal proposal in _revealer.Reveal())
            _tokens[proposal.Position] = proposal.Token;
        Observer?.Invoke([.. _tokens]);
        if (Unknown > 0)
            return;
        _blockStart = BlockEnd;
        if (_blockStart < _tokens.Length)
        {
            _revealer.Begin(Unknown);
            return;
        }

        for (int p = _sequence.PromptLength; p < _tokens.Length; p++)
        {
            _sequence.Sampler.Push(_tokens[p]);
            if (!_sequence.Append(new Decision(_tokens[p], null)))
                return;
        }
    }

    /// <inheritdoc/>
    public void Draft(SequencePass pass) => throw new InvalidOperationException("masked diffusion asks for no further rows");

    private int Offset(int position) => DenoisingRows.PredictorOf(position, _settings.ShiftedLogits);

    private float[] Guided(ReadOnlySpan<float> with, ReadOnlySpan<float> without)
    {
        DenoisingRows.Guide(with, without, _settings.Guidance, _mixed);
        return _mixed;
    }
}
