using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Tidar.Models.Tokenization.Text;

namespace Tidar.Models.Tokenization.Bpe;

/// <summary>
/// Byte-pair encoding of one piece, on characters or on bytes, with byte fallback and unknown tokens, id for id as Hugging Face's library.
/// Immutable and safe for concurrent use.
/// </summary>
internal sealed class BpeModel
{
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private readonly PairTable _merges;
    private readonly BpeOptions _options;
    private readonly PieceCutter? _cutter;
    private readonly int _unknownId = -1;
    private readonly int _longestToken;
    private readonly int[] _fallback = new int[256];

    /// <summary>A model over a vocabulary; <paramref name="merges"/> maps pairs of ids to rank and merged id.</summary>
    public BpeModel(Dictionary<string, int> vocabulary, PairTable merges, PieceCutter? cutter, BpeOptions options)
    {
        _vocabulary = vocabulary;
        _bySpan = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        _merges = merges;
        _options = options;
        _cutter = cutter;
        _longestToken = vocabulary.Count == 0 ? 0 : vocabulary.Keys.Max(static t => t.Length);
        if (options.UnknownToken is { } unknown)
            _unknownId = vocabulary.GetValueOrDefault(unknown, -1);
        for (int b = 0; b < 256; b++)
            _fallback[b] = options.ByteFallback ? vocabulary.GetValueOrDefault($"<0x{b.ToString("X2", CultureInfo.InvariantCulture)}>", -1) : -1;
    }

    /// <summary>Appends the ids of a piece to <see cref="EncoderState.Ids"/>.</summary>
    public void Encode(ReadOnlySpan<char> piece, EncoderState state)
    {
        if (_cutter is null || piece.Length <= 1)
        {
            EncodeCached(piece, state, _options.IgnoreMerges);
            return;
        }

        if (_options.IgnoreMerges && TryWhole(piece, out int whole))
        {
            state.Ids.Add(whole);
            return;
        }

        while (piece.Length > 0)
        {
            int length = _cutter.NextCut(piece);
            EncodeCached(piece[..length], state, ignoreMerges: false);
            piece = piece[length..];
        }
    }

    private void EncodeCached(ReadOnlySpan<char> piece, EncoderState state, bool ignoreMerges)
    {
        bool cacheable = piece.Length is > 0 and <= PieceCache.LongestPiece;
        if (cacheable && state.Cache.TryGet(piece, out ReadOnlySpan<int> known))
        {
            state.Ids.AddRange(known);
            return;
        }

        int first = state.Ids.Count;
        if (ignoreMerges && TryWhole(piece, out int whole))
        {
            state.Ids.Add(whole);
        }
        else
        {
            state.Symbols.Clear();
            if (_options.ReadsBytes)
                AddBytes(piece, state.Symbols);
            else
                AddCharacters(piece, state.Symbols);
            Span<int> symbols = CollectionsMarshal.AsSpan(state.Symbols);
            state.Ids.AddRange(symbols[..state.Merger.Merge(symbols, _merges)]);
        }

        if (cacheable)
            state.Cache.Add(piece, CollectionsMarshal.AsSpan(state.Ids)[first..]);
    }

    private bool TryWhole(ReadOnlySpan<char> piece, out int id)
    {
        id = -1;
        if (piece.Length > _longestToken)
            return false;
        return _options.ReadsBytes ? _vocabulary.TryGetValue(ByteAlphabet.Encode(piece), out id) : _bySpan.TryGetValue(piece, out id);
    }

    private void AddBytes(ReadOnlySpan<char> piece, List<int> symbols)
    {
        Span<byte> buffer = stackalloc byte[4];
        Span<char> one = stackalloc char[1];
        var speller = new Speller(this, symbols);
        int left = Encoding.UTF8.GetByteCount(piece);
        bool opened = false;
        foreach (Rune rune in piece.EnumerateRunes())
        {
            int count = rune.EncodeToUtf8(buffer);
            for (int i = 0; i < count; i++)
            {
                one[0] = ByteAlphabet.ToChar(buffer[i]);
                speller.Add(one, first: !opened, last: --left == 0);
                opened = true;
            }
        }

        speller.Finish();
    }

    private void AddCharacters(ReadOnlySpan<char> piece, List<int> symbols)
    {
        var speller = new Speller(this, symbols);
        for (int i = 0; i < piece.Length;)
        {
            _ = CodePoints.At(piece, i, out int length);
            speller.Add(piece.Slice(i, length), first: i == 0, last: i + length == piece.Length);
            i += length;
        }

        speller.Finish();
    }

    // Spells characters as symbols. An unknown token waits until the next known character, as in the reference: byte fallback overtakes it.
    private ref struct Speller(BpeModel model, List<int> symbols)
    {
        private bool _unknownWaits;

        public void Add(scoped ReadOnlySpan<char> character, bool first, bool last)
        {
            BpeOptions options = model._options;
            string? affixed = null;
            if ((!first && options.Prefix.Length > 0) || (last && options.Suffix.Length > 0))
                affixed = string.Concat(first ? "" : options.Prefix, character, last ? options.Suffix : "");
            if (affixed is null ? model._bySpan.TryGetValue(character, out int id) : model._vocabulary.TryGetValue(affixed, out id))
            {
                Finish();
                symbols.Add(id);
            }
            else if (!(options.ByteFallback && TryFallBack(affixed ?? character)) && model._unknownId >= 0)
            {
                if (_unknownWaits && !options.FuseUnknown)
                    symbols.Add(model._unknownId);
                _unknownWaits = true;
            }
        }

        public void Finish()
        {
            if (_unknownWaits)
                symbols.Add(model._unknownId);
            _unknownWaits = false;
        }

        private readonly bool TryFallBack(scoped ReadOnlySpan<char> character)
        {
            int start = symbols.Count;
            foreach (byte b in Encoding.UTF8.GetBytes(character.ToArray()))
            {
                if (model._fallback[b] < 0)
                {
                    symbols.RemoveRange(start, symbols.Count - start);
                    return false;
                }

                symbols.Add(model._fallback[b]);
            }

            return true;
        }
    }
}
