using Tidar.Models.Configuration;
using Tidar.Models.Selectors;

namespace Tidar.Models.Weights.Inspection;

/// <summary>What is in a checkpoint or in one of its files, after all of it was checked.</summary>
public sealed record InspectionReport
{
    /// <summary>The path as given.</summary>
    public required string Path { get; init; }

    /// <summary>What it is.</summary>
    public required InspectedKind Kind { get; init; }

    /// <summary>The model's shape; null where the file says nothing about it.</summary>
    public ModelConfig? Config { get; init; }

    /// <summary>The draft length K of an adapter; null for everything else (a model's is in <see cref="Config"/>).</summary>
    public int? DraftLength { get; init; }

    /// <summary>The path selector beside a model or an adapter; null where there is none.</summary>
    public SelectorWeights? Selector { get; init; }

    /// <summary>The tokenizer beside or inside the model; null where there is none.</summary>
    public InspectedTokenizer? Tokenizer { get; init; }

    /// <summary>Number of weights: of the model, or of the tensors listed; null where there are no tensors.</summary>
    public long? Parameters { get; init; }

    /// <summary>Every tensor in the file's order.</summary>
    public IReadOnlyList<InspectedTensor> Tensors { get; init; } = [];

    /// <summary>Metadata of GGUF and safetensors files, arrays as their length.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
