namespace Tidar.Models.Weights.Inspection;

/// <summary>What a path turned out to be.</summary>
public enum InspectedKind
{
    /// <summary>A whole model: a folder or a GGUF file.</summary>
    Model,

    /// <summary>The folder of an adapter for mask rows.</summary>
    Adapter,

    /// <summary>A GGUF file that says nothing about a model: metadata and tensors only.</summary>
    Container,

    /// <summary>A lone safetensors file.</summary>
    Tensors,

    /// <summary>A sharded checkpoint's index with its shards.</summary>
    Index,

    /// <summary>A lone configuration.</summary>
    Configuration,

    /// <summary>A lone tokenizer.</summary>
    Tokenizer,
}
