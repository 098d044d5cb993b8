using Tidar.Models;
using Tidar.Models.Chat;
using Tidar.Models.Weights;
using Tidar.Training.Data;
using Tidar.Training.Data.Synthetic;
using Tidar.Training.Recipes;

namespace Tidar.Training.Adapters;

/// <summary>The documents of a recipe as ids of a model, cut to a length, without those in which no block can begin.</summary>
internal sealed class PreparedDocuments : IDisposable
{
    private readonly string _source;
    private readonly int _longest;
    private readonly DocumentEncoder _encoder;
    private readonly DocumentStream _stream;

    /// <summary>Opens the sources.</summary>
    /// <param name="source">The recipe's file, for messages.</param>
    /// <param name="data">Its sources.</param>
    /// <param name="seed">Its seed.</param>
    /// <param name="split">Which documents.</param>
    /// <param name="checkpoint">The model that the ids are of.</param>
    /// <param name="maskToken">A token that documents must not contain; -1 for none.</param>
    /// <param name="longest">Most tokens of a document.</param>
    /// <exception cref="InvalidInputException">A source, or the length, does not fit the model.</exception>
    public PreparedDocuments(
        string source, IReadOnlyList<DataRecipe> data, ulong seed, CorpusSplit split, Checkpoint checkpoint, int maskToken, int longest)
    {
        _source = source;
        _longest = longest;
        if (longest > checkpoint.Config.MaxPositions)
            throw new InvalidInputException(source, "batch.document_tokens", $"at most {checkpoint.Config.MaxPositions}, the model's context", $"{longest}");
        IReadOnlyList<int> ends = checkpoint.Config.EosTokenIds;
        int end = ends.Count > 0 ? ends[0] : throw new InvalidInputException(checkpoint.Path, "eos_token_id", "an id", "none");
        _encoder = new DocumentEncoder(checkpoint.LoadTokenizer(), end, maskToken, source);
        _stream = new DocumentStream(source, data, seed, split, () => ChatFormat.Load(checkpoint));
    }

    /// <summary>Documents drawn so far.</summary>
    public long Drawn => _stream.Drawn;

    /// <summary>Goes to where <paramref name="drawn"/> documents have been drawn; only forward.</summary>
    public void SkipTo(long drawn) => _stream.SkipTo(drawn);

    /// <summary>The next document in which a block can begin.</summary>
    public PreparedDocument Next()
    {
        // A file without any place for a block would be read for ever.
        const int MostTries = 10_000;
        for (int i = 0; i < MostTries; i++)
        {
            (int[] tokens, bool[] labelled) = _encoder.Encode(_stream);
            int length = Math.Min(tokens.Length, _longest);
            PreparedDocument document = new(tokens[..length], labelled[..length]) { Place = _stream.Place };
            if (document.Starts().Length > 0)
                return document;
        }

        throw new InvalidInputException(_source, "data", "documents whose targets begin inside document_tokens", $"{MostTries} others in a row");
    }

    public void Dispose() => _stream.Dispose();
}
