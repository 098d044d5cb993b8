using System.Text;
using Tidar.Models.Tokenization.Text;

namespace Tidar.Models.Tokenization.Training;

/// <summary>
/// Finds merges one by one: the most frequent pair of neighbours, the one of smallest ids among equals. Counts are kept up to date by visiting only
/// the pieces that hold the merged pair.
/// </summary>
internal sealed class MergeLearner
{
    private readonly int[][] _symbols;
    private readonly int[] _lengths;
    private readonly long[] _counts;
    private readonly List<string> _tokens;
    private readonly List<int> _byteLengths;
    private readonly Dictionary<string, int> _ids;
    private readonly List<(string Left, string Right)> _merges = [];
    private readonly Dictionary<long, Pair> _pairs = [];
    private readonly PriorityQueue<long, (long NegativeCount, long Key)> _queue = new();
    private readonly HashSet<long> _grown = [];
    private readonly int _specials;
    private readonly int _minFrequency;
    private readonly int _longest;

    public MergeLearner(IReadOnlyDictionary<string, long> pieces, string[] alphabet, BpeTrainerOptions options)
    {
        _specials = options.SpecialTokens.Count;
        _minFrequency = options.MinFrequency;
        _longest = options.LongestToken ?? int.MaxValue;
        _tokens = [.. options.SpecialTokens, .. alphabet];
        _byteLengths = [.. _tokens.Select(static t => t.Length)];
        _ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int id = 0; id < _tokens.Count; id++)
            _ids.TryAdd(_tokens[id], id);
        Dictionary<char, int> letters = alphabet.Select((a, i) => (a, i)).ToDictionary(x => x.a[0], x => x.i + _specials);
        _symbols = new int[pieces.Count][];
        _lengths = new int[pieces.Count];
        _counts = new long[pieces.Count];
        int index = 0;
        foreach ((string piece, long count) in pieces)
        {
            _symbols[index] = [.. Encoding.UTF8.GetBytes(piece).Select(b => letters[ByteAlphabet.ToChar(b)])];
            _lengths[index] = _symbols[index].Length;
            _counts[index] = count;
            for (int i = 0; i + 1 < _lengths[index]; i++)
                Change(_symbols[index][i], _symbols[index][i + 1], count, index);
            index++;
        }

        EnqueueGrown();
    }

    /// <summary>Special tokens, the alphabet, then merged tokens, by id.</summary>
    public IReadOnlyList<string> Tokens => _tokens;

    /// <summary>Merges in the order found.</summary>
    public IReadOnlyList<(string Left, string Right)> Merges => _merges;

    /// <summary>Makes the next merge; false where no pair is frequent enough.</summary>
    public bool MergeNext()
    {
        while (_queue.TryDequeue(out long key, out (long NegativeCount, long Key) priority))
        {
            // Counts only fall while a pair waits; what rose was queued again.
            Pair pair = _pairs[key];
            if (pair.Count != -priority.NegativeCount)
            {
                if (pair.Count > 0 && pair.Count < -priority.NegativeCount)
                    _queue.Enqueue(key, (-pair.Count, key));
                continue;
            }

            if (pair.Count < _minFrequency)
                return false;
            (int left, int right) = ((int)(key >> 32), (int)key);
            string text = _tokens[left] + _tokens[right];
            bool isNew = !_ids.TryGetValue(text, out int merged);

            // A text that spells a special token must not become it.
            if ((!isNew && merged < _specials) || _byteLengths[left] + _byteLengths[right] > _longest)
                continue;
            if (isNew)
            {
                merged = _tokens.Count;
                _tokens.Add(text);
                _byteLengths.Add(_byteLengths[left] + _byteLengths[right]);
                _ids.Add(text, merged);
            }

            // Other merges can bring a merged pair together again; its rank is that of the first time.
            if (!pair.Merged)
                _merges.Add((_tokens[left], _tokens[right]));
            pair.Merged = true;
            Apply(pair, left, right, merged);
            return true;
        }

        return false;
    }

    private void Apply(Pair pair, int left, int right, int merged)
    {
        List<int> pieces = pair.Pieces;
        pair.Pieces = [];
        foreach (int piece in pieces)
        {
            int[] symbols = _symbols[piece];
            long count = _counts[piece];
            int length = _lengths[piece], written = 0;
            for (int i = 0; i < length; i++)
            {
                if (i + 1 >= length || symbols[i] != left || symbols[i + 1] != right)
                {
                    symbols[written++] = symbols[i];
                    continue;
                }

                Change(left, right, -count, piece);
                if (written > 0)
                {
                    Change(symbols[written - 1], left, -count, piece);
                    Change(symbols[written - 1], merged, count, piece);
                }

                if (i + 2 < length)
                {
                    Change(right, symbols[i + 2], -count, piece);
                    Change(merged, symbols[i + 2], count, piece);
                }

                symbols[written++] = merged;
                i++;
            }

            _lengths[piece] = written;
        }

        EnqueueGrown();
    }

    private void Change(int left, int right, long by, int piece)
    {
        long key = ((long)left << 32) | (uint)right;
        if (!_pairs.TryGetValue(key, out Pair? pair))
            _pairs.Add(key, pair = new Pair());
        pair.Count += by;
        if (by <= 0)
            return;
        if (pair.Pieces.Count == 0 || pair.Pieces[^1] != piece)
            pair.Pieces.Add(piece);
        _grown.Add(key);
    }

    private void EnqueueGrown()
    {
        foreach (long key in _grown)
            _queue.Enqueue(key, (-_pairs[key].Count, key));
        _grown.Clear();
    }

    private sealed class Pair
    {
        public long Count { get; set; }

        public bool Merged { get; set; }

        // Pieces that may hold the pair; one that no longer does is passed over.
        public List<int> Pieces { get; set; } = [];
    }
}
