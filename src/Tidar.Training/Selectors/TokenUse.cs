using Tidar.Models.Transformers;

namespace Tidar.Training.Selectors;

/// <summary>
/// The distinct tokens of a training step and where each is used: what is the same for all uses of a token is computed once, and gradients of its uses are added up token by token,
/// in the order of the uses, on whatever thread.
/// </summary>
internal sealed class TokenUse(TokenTable table, int width) : IDisposable
{
    private readonly int[] _index = Fill(new int[table.Count]);
    private readonly List<int> _rows = [];
    private readonly List<int> _uses = [];
    private int[] _starts = [];
    private int[] _order = [];

    /// <summary>Distinct tokens.</summary>
    public int Count => _rows.Count;

    /// <summary>Their normalized embeddings, [Count, hidden].</summary>
    public Activation Embeddings { get; } = new(width);

    /// <summary>Forgets all uses.</summary>
    public void Clear()
    {
        foreach (int row in _rows)
            _index[row] = -1;
        _rows.Clear();
        _uses.Clear();
    }

    /// <summary>Adds the next use: of a token by its row in the table, or of none (-1).</summary>
    /// <returns>The token's number among the distinct ones, or -1.</returns>
    public int Add(int row)
    {
        int index = -1;
        if (row >= 0)
        {
            index = _index[row];
            if (index < 0)
            {
                index = _index[row] = _rows.Count;
                _rows.Add(row);
            }
        }

        _uses.Add(index);
        return index;
    }

    /// <summary>To be called when all uses are there.</summary>
    public void Complete()
    {
        Span<float> embeddings = Embeddings.Rows(Count);
        for (int i = 0; i < Count; i++)
            table.Embedding(_rows[i]).CopyTo(embeddings.Slice(i * width, width));
        if (_starts.Length < Count + 1)
            _starts = new int[2 * (Count + 1)];
        if (_order.Length < _uses.Count)
            _order = new int[2 * _uses.Count];
        Span<int> starts = _starts.AsSpan(0, Count + 1);
        starts.Clear();
        foreach (int index in _uses)
        {
            if (index >= 0)
                starts[index]++;
        }

        int sum = 0;
        for (int i = 0; i <= Count; i++)
            (starts[i], sum) = (sum, sum + starts[i]);

        // Filling moves every start to the next one's; they are put back by one place.
        for (int use = 0; use < _uses.Count; use++)
        {
            if (_uses[use] >= 0)
                _order[starts[_uses[use]]++] = use;
        }

        for (int i = Count; i > 0; i--)
            starts[i] = starts[i - 1];
        starts[0] = 0;
    }

    /// <summary>The number among the distinct tokens of the one that a use is of; -1 for none.</summary>
    public int IndexOf(int use) => _uses[use];

    /// <summary>The numbers of the uses of a distinct token, in their order.</summary>
    public ReadOnlySpan<int> Uses(int index) => _order.AsSpan(_starts[index], _starts[index + 1] - _starts[index]);

    public void Dispose() => Embeddings.Dispose();

    private static int[] Fill(int[] values)
    {
        Array.Fill(values, -1);
        return values;
    }
}
