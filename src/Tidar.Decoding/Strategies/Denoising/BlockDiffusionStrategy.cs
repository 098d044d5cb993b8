using Tidar.Decoding.Sequences;

namespace Tidar.Decoding.Strategies.Denoising;

/// <summary>
/// Block diffusion (BD3-LM, arXiv 2503.09573): the text grows block by block; a block's unknown tokens are decided in several passes in which it sees all text before it, from the cache, and
/// itself in both directions. The pass that begins a block also writes the keys and values of the one before.
/// </summary>
/// <remarks>
/// Models trained so have their blocks on a grid that begins with the text (a prompt's last, broken block is completed), and a known block sees itself in both directions. TiDAR checkpoints can be
/// decoded this way too, as the paper's comparison of strategies on one checkpoint does: their blocks begin behind the prompt, and known tokens are causal.
/// </remarks>
internal sealed class BlockDiffusionStrategy : IDecodingStrategy
{
    private readonly TokenSequence _sequence;
    private readonly DenoisingSettings _settings;
    private readonly Revealer _revealer;
    private readonly PromptFeed _prompt;
    private readonly int[] _block;
    private readonly int _end;
    private int _start;
    private int _row;
    private bool _prefilling = true;

    public BlockDiffusionStrategy(TokenSequence sequence, DenoisingSettings settings, ITokenChooser chooser, int vocabularySize)
    {
        _sequence = sequence;
        _settings = settings;
        _revealer = new Revealer(settings, chooser, vocabularySize);
        _block = new int[settings.BlockLength];
        _end = sequence.PromptLength + settings.Length;
        _start = settings.OnGrid ? sequence.PromptLength / settings.BlockLength * settings.BlockLength : sequence.PromptLength;
        _prompt = new PromptFeed(sequence, _start, settings.OnGrid ? settings.BlockLength : 1);
        Begin();
    }

    private int Known => _sequence.Tokens.Length - _start;

    /// <inheritdoc/>
    public void Plan(SequencePass pass)
    {
        if (_prefilling)
        {
            _prompt.Plan(pass);
            if (pass.IsPartial)
                return;
        }
        else if (_sequence.Cache.Length < _start)
        {
            AddKnown(pass);
        }

        _row = pass.AddMasks(_block, _start);
        for (int i = 0; i < _block.Length; i++)
        {
            if (_block[i] == _settings.MaskToken && _start + i < _end)
                pass.NeedLogits(_row + i, 1);
        }
    }

    /// <inheritdoc/>
    public void Commit(SequencePass pass)
    {
        if (_prefilling)
            _prompt.Commit();
        if (pass.IsPartial)
            return;
        _prefilling = false;
        _sequence.Cache.Length = _start;
        for (int i = 0; i < _block.Length; i++)
        {
            if (_block[i] == _settings.MaskToken && _start + i < _end)
                _revealer.Propose(pass.Logits(_row + i), _start + i);
        }

        foreach (Revealer.Proposal proposal in _revealer.Reveal())
            _block[proposal.Position - _start] = proposal.Token;
        if (Unknown > 0)
            return;
        for (int i = Known; i < _block.Length; i++)
        {
            _sequence.Sampler.Push(_block[i]);
            if (!_sequence.Append(new Decision(_block[i], null)))
                return;
        }

        _start += _block.Length;
        Begin();
    }

    /// <inheritdoc/>
    public void Draft(SequencePass pass) => throw new InvalidOperationException("block diffusion asks for no further rows");

    private int Unknown => _block.AsSpan(0, Math.Min(_block.Length, _end - _start)).Count(_settings.MaskToken);

    // The next block: what is known of it, which at the beginning may be the end of the prompt, then masks.
    private void Begin()
    {
        _block.AsSpan().Fill(_settings.MaskToken);
        _sequence.Tokens[_start..].CopyTo(_block);
        _revealer.Begin(Unknown);
    }

    // Keys and values of the block before.
    private void AddKnown(SequencePass pass)
    {
        int first = _sequence.Cache.Length;
        ReadOnlySpan<int> tokens = _sequence.Tokens[first.._start];
        if (_settings.OnGrid)
        {
            pass.AddCleanBlock(tokens, first);
            return;
        }

        for (int i = 0; i < tokens.Length; i++)
            pass.AddClean(tokens[i], first + i);
    }
}
