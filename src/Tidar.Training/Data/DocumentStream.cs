using Tidar.Models;
using Tidar.Models.Chat;
using Tidar.Models.Weights;
using Tidar.Training.Data.Synthetic;
using Tidar.Training.Recipes;

namespace Tidar.Training.Data;

/// <summary>The documents of all sources of a recipe, drawn by weight; document n is decided by recipe, seed and n, a held-out one by recipe and n, so that runs with different seeds are measured on the same text.</summary>
internal sealed class DocumentStream : IDisposable
{
    private const ulong TrainSalt = 0x7241_14;
    private const ulong HeldOutSalt = 0x4E1D_0075;

    private readonly IDocumentSource[] _sources;
    private readonly double[] _shares;
    private readonly ulong _seed;

    /// <summary>Opens the sources.</summary>
    /// <param name="source">The recipe's file, for messages.</param>
    /// <param name="recipe">Its sources.</param>
    /// <param name="seed">Its seed, which decides the order of what is trained on.</param>
    /// <param name="split">Which documents.</param>
    /// <param name="chat">Loads the chat template that conversations need.</param>
    public DocumentStream(string source, IReadOnlyList<DataRecipe> recipe, ulong seed, CorpusSplit split, Func<ChatFormat?> chat)
    {
        _seed = SplitMix64.Mix(split == CorpusSplit.Train ? seed ^ TrainSalt : HeldOutSalt);
        _sources = [.. recipe.Select((data, i) => OpenSource(source, data, i, split, SplitMix64.Mix(_seed + (ulong)i), chat))];
        double total = recipe.Sum(d => d.Weight);
        _shares = [.. recipe.Select(d => d.Weight / total)];
    }

    /// <summary>The documents of a training recipe, whose chat template lies beside its tokenizer or in the checkpoint that it starts from.</summary>
    public static DocumentStream Open(Recipe recipe, CorpusSplit split) =>
        new(recipe.Source, recipe.Data, recipe.Seed, split, () => LoadChat(recipe));

    /// <summary>Documents drawn so far.</summary>
    public long Drawn { get; private set; }

    /// <summary>Where the last document came from, for messages.</summary>
    public string Place => Drawn == 0 ? "" : _sources[SourceOf(Drawn - 1)].Place;

    /// <summary>The next document.</summary>
    public IReadOnlyList<TextSegment> Next() => _sources[SourceOf(Drawn++)].Next();

    /// <summary>Goes to where <paramref name="drawn"/> documents have been drawn; only forward.</summary>
    public void SkipTo(long drawn)
    {
        long[] counts = new long[_sources.Length];
        for (; Drawn < drawn; Drawn++)
            counts[SourceOf(Drawn)]++;
        for (int i = 0; i < counts.Length; i++)
            _sources[i].Skip(counts[i]);
    }

    public void Dispose()
    {
        foreach (IDocumentSource source in _sources)
            source.Dispose();
    }

    private static ChatFormat? LoadChat(Recipe recipe)
    {
        if (recipe.Tokenizer.Folder is { } folder)
            return ChatFormat.LoadFolder(folder);
        if (recipe.InitialCheckpoint is null)
            return null;
        using Checkpoint checkpoint = Checkpoint.Open(recipe.InitialCheckpoint);
        return ChatFormat.Load(checkpoint);
    }

    private static IDocumentSource OpenSource(string recipe, DataRecipe data, int index, CorpusSplit split, ulong seed, Func<ChatFormat?> chat)
    {
        if (data.Kind == DataKind.Generator)
        {
            Func<ulong, CorpusSplit, IEnumerable<TrainingDocument>> generate = DocumentGenerators.Find(data.Location)
                ?? throw new InvalidInputException(recipe, $"data[{index}].generator", string.Join(" or ", DocumentGenerators.Names), data.Location);
            return new GeneratorSource(data.Location, generate(seed, split), data.TrainOnPrompts);
        }

        IDocumentFile file = data.Kind == DataKind.Text
            ? new TextFile(data.Location, data.Separator)
            : new JsonLinesFile(data.Location, data.TrainOnPrompts, chat);
        FileSource source = new(file, data.HeldOut, split, seed);
        if (source.Count > 0)
            return source;
        source.Dispose();
        throw new InvalidInputException(
            recipe, $"data[{index}].held_out", "a share that leaves documents to train on and to evaluate", $"{data.HeldOut} of {file.Count} documents");
    }

    private int SourceOf(long n)
    {
        double draw = SplitMix64.Mix(_seed + ((ulong)n * 0x9E3779B97F4A7C15)) / (double)ulong.MaxValue;
        for (int i = 0; i < _shares.Length - 1; i++)
        {
            draw -= _shares[i];
            if (draw < 0)
                return i;
        }

        return _shares.Length - 1;
    }
}
