using System.Globalization;
using System.Text.Json;
using Tidar.Models.Configuration;
using Tidar.Models.Files;
using Tidar.Models.Weights;
using Tidar.Models.Weights.Safetensors;

namespace Tidar.Models.Selectors;

/// <summary>The weights of a path selector as its file holds them (docs/selector.md).</summary>
/// <param name="Rank">Width of the maps.</param>
/// <param name="Candidates">C: how many candidates of every slot are scored.</param>
/// <param name="Predecessors">How many tokens before a slot its scores look at.</param>
/// <param name="Slots">Slots with a bias and a scale of their own: K - 1 of the draft length it was trained with.</param>
/// <param name="From">A, [Predecessors · Rank, hidden].</param>
/// <param name="To">B, [Rank, hidden].</param>
/// <param name="Gate">G, [Rank, hidden].</param>
/// <param name="GateBias">[Slots, Rank].</param>
/// <param name="Scale">[Slots].</param>
/// <param name="Copy">What a candidate gains that would repeat the text, by the length of the match (<see cref="CopyMatches"/>), [longest that counts]; empty for nothing.</param>
public sealed record SelectorWeights(
    int Rank, int Candidates, int Predecessors, int Slots, float[] From, float[] To, float[] Gate, float[] GateBias, float[] Scale, float[] Copy)
{
    /// <summary>Most candidates of a slot.</summary>
    public const int MostCandidates = 256;

    /// <summary>Most tokens that scores look back at.</summary>
    public const int MostPredecessors = 4;

    /// <summary>Number of weights.</summary>
    public int ParameterCount => From.Length + To.Length + Gate.Length + GateBias.Length + Scale.Length + Copy.Length;

    /// <summary>The selector that the record of an adapter's or a model's folder names; null where there is none, and for a model that is no folder.</summary>
    /// <exception cref="InvalidInputException">It is missing or malformed, or does not fit a model of this width.</exception>
    public static SelectorWeights? Find(string folder, int hiddenSize)
    {
        string record = Path.Combine(folder, SelectorNames.RecordFile);
        if (!File.Exists(record))
            return null;
        using JsonDocument document = InputFile.ReadJson(record);
        string? name = JsonFields.Of(document, record).OptionalText(SelectorNames.RecordField);
        if (name is not null && (name.Length == 0 || Path.GetFileName(name) != name))
            throw new InvalidInputException(record, SelectorNames.RecordField, "a file in the same folder", name);
        return name is null ? null : Read(Path.Combine(folder, name), hiddenSize);
    }

    /// <summary>Reads the tensors' file.</summary>
    /// <exception cref="InvalidInputException">It is missing or malformed, or does not fit a model of this width.</exception>
    public static SelectorWeights Read(string path, int hiddenSize)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        if (file.Tensors.FirstOrDefault(static t => !Names.Contains(t.Name)) is { } unknown)
            throw new InvalidInputException(path, unknown.Name, $"only {string.Join(", ", Names)}", "another tensor");
        string? written = file.Metadata.GetValueOrDefault(SelectorNames.Candidates);
        if (!int.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out int candidates) || candidates is < 2 or > MostCandidates)
            throw new InvalidInputException(path, $"metadata {SelectorNames.Candidates}", $"a whole number from 2 to {MostCandidates}", written ?? "nothing");
        int rank = Rows(file, SelectorNames.To, ModelLimits.Width), from = Rows(file, SelectorNames.From, ModelLimits.Width * MostPredecessors);
        int slots = Rows(file, SelectorNames.GateBias, ModelLimits.DraftLength);
        if (from % rank != 0 || from / rank > MostPredecessors)
            throw new InvalidInputException(path, SelectorNames.From, $"1 to {MostPredecessors} maps of {rank} rows", $"{from} rows");
        return new SelectorWeights(
            rank,
            candidates,
            from / rank,
            slots,
            Values(file, SelectorNames.From, from, hiddenSize),
            Values(file, SelectorNames.To, rank, hiddenSize),
            Values(file, SelectorNames.Gate, rank, hiddenSize),
            Values(file, SelectorNames.GateBias, slots, rank),
            Values(file, SelectorNames.Scale, slots),
            ReadCopy(file));
    }

    private static IReadOnlyList<string> Names { get; } =
        [SelectorNames.From, SelectorNames.To, SelectorNames.Gate, SelectorNames.GateBias, SelectorNames.Scale, SelectorNames.Copy];

    // Files of selectors that do not look for repetitions lack it.
    private static float[] ReadCopy(SafetensorsFile file)
    {
        if (file.Tensors.FirstOrDefault(static t => t.Name == SelectorNames.Copy) is not { } tensor)
            return [];
        return tensor.Shape.Count == 1 && tensor.Shape[0] is >= 1 and <= CopyMatches.Longest
            ? Values(file, SelectorNames.Copy, tensor.Shape[0])
            : throw new InvalidInputException(file.Path, SelectorNames.Copy, $"a vector of 1 to {CopyMatches.Longest} numbers", Show(tensor));
    }

    private static int Rows(SafetensorsFile file, string name, int most)
    {
        WeightTensor tensor = file.Get(name);
        return tensor.Shape.Count == 2 && tensor.Shape[0] >= 1 && tensor.Shape[0] <= most
            ? (int)tensor.Shape[0]
            : throw new InvalidInputException(file.Path, name, $"a matrix of 1 to {most} rows", Show(tensor));
    }

    private static float[] Values(SafetensorsFile file, string name, params ReadOnlySpan<long> shape)
    {
        WeightTensor tensor = file.Get(name);
        if (!shape.SequenceEqual([.. tensor.Shape]))
            throw new InvalidInputException(file.Path, name, $"shape [{string.Join(", ", shape.ToArray())}]", Show(tensor));
        float[] values = tensor.IsReadable ? tensor.ReadAll() : throw MappedTensor.NotFloat(tensor);
        return Array.TrueForAll(values, float.IsFinite) ? values : throw new InvalidInputException(file.Path, name, "finite numbers", "others");
    }

    private static string Show(WeightTensor tensor) => $"[{string.Join(", ", tensor.Shape)}]";
}
