using Tidar.Models;
using Tidar.Training.Data.Synthetic;
using Tidar.Training.Recipes;

namespace Tidar.Training.Data;

/// <summary>The documents of all sources of a recipe, drawn by weight; document n is decided by recipe, seed and n.</summary>
internal sealed class DocumentStream : IDisposable
{
    private readonly IDocumentSource[] _sources;
    private readonly double[] _shares;
    private readonly ulong _seed;

    public DocumentStream(Recipe recipe, CorpusSplit split)
    {
        _seed = SplitMix64.Mix(recipe.Seed ^ (split == CorpusSplit.Train ? 0x7241_14UL : 0x4E1D_0075UL));
        _sources = [.. recipe.Data.Select((data, i) => Open(recipe, data, i, split, SplitMix64.Mix(_seed + (ulong)i)))];
        double total = recipe.Data.Sum(d => d.Weight);
        _shares = [.. recipe.Data.Select(d => d.Weight / total)];
    }

    /// <summary>Documents drawn so far.</summary>
    public long Drawn { get; private set; }

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

    private static IDocumentSource Open(Recipe recipe, DataRecipe data, int index, CorpusSplit split, ulong seed)
    {
        if (data.Kind == DataKind.Generator)
        {
            Func<ulong, CorpusSplit, IEnumerable<TrainingDocument>> generate = DocumentGenerators.Find(data.Location)
                ?? throw new InvalidInputException(recipe.Source, $"data[{index}].generator", string.Join(" or ", DocumentGenerators.Names), data.Location);
            return new GeneratorSource(generate(seed, split), data.TrainOnPrompts);
        }

        IDocumentFile file = data.Kind == DataKind.Text
            ? new TextFile(data.Location, data.Separator)
            : new JsonLinesFile(data.Location, data.TrainOnPrompts, recipe.Tokenizer.Folder);
        FileSource source = new(file, data.HeldOut, split, seed);
        if (source.Count > 0)
            return source;
        source.Dispose();
        throw new InvalidInputException(
            recipe.Source, $"data[{index}].held_out", "a share that leaves documents to train on and to evaluate", $"{data.HeldOut} of {file.Count} documents");
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
