using Tidar.Kernels.Memory;
using Tidar.Models.Selectors;
using Tidar.Models.Weights;

namespace Tidar.Training.Selectors;

/// <summary>The normalized embeddings of the tokens that occur in blocks: a text uses a small part of the vocabulary.</summary>
internal sealed class TokenTable : IDisposable
{
    private readonly int[] _rows;
    private readonly int _width;
    private readonly AlignedBuffer<float> _embeddings;

    /// <summary>Reads the embeddings of all tokens of <paramref name="blocks"/> from a model's embedding [vocabulary, hidden].</summary>
    public TokenTable(SelectorBlocks blocks, WeightTensor embedding)
        : this(TokensOf(blocks, embedding.Rows), embedding)
    {
    }

    /// <summary>Reads the embeddings of the whole vocabulary.</summary>
    public TokenTable(WeightTensor embedding)
        : this([.. Enumerable.Range(0, checked((int)embedding.Rows))], embedding)
    {
    }

    private TokenTable(List<int> tokens, WeightTensor embedding)
    {
        _width = embedding.Columns;
        _rows = new int[embedding.Rows];
        Array.Fill(_rows, -1);
        Count = tokens.Count;
        _embeddings = new AlignedBuffer<float>((long)Count * _width);
        float[] ones = new float[_width];
        Array.Fill(ones, 1);
        for (int i = 0; i < Count; i++)
        {
            _rows[tokens[i]] = i;
            Span<float> row = _embeddings.Slice((long)i * _width, _width);
            embedding.ReadRows(tokens[i], 1, row);
            PathSelector.Normalize(row, ones, row);
        }
    }

    /// <summary>Tokens in the table.</summary>
    public int Count { get; }

    /// <summary>The row of a token that occurs in the blocks; -1 for -1.</summary>
    public int RowOf(int token) => token < 0 ? -1 : _rows[token];

    /// <summary>The normalized embedding of a row, [hidden].</summary>
    public ReadOnlySpan<float> Embedding(int row) => _embeddings.Slice((long)row * _width, _width);

    public void Dispose() => _embeddings.Dispose();

    private static List<int> TokensOf(SelectorBlocks blocks, long vocabulary)
    {
        bool[] known = new bool[vocabulary];
        List<int> tokens = [];
        for (int b = 0; b < blocks.Count; b++)
        {
            Add(blocks.Text(b));
            Add(blocks.Tokens(b));
        }

        return tokens;

        void Add(ReadOnlySpan<int> found)
        {
            foreach (int token in found)
            {
                if (token < 0 || known[token])
                    continue;
                known[token] = true;
                tokens.Add(token);
            }
        }
    }
}
