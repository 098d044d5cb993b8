namespace Tidar.Models.Configuration;

/// <summary>The shape of a decoder-only transformer, whatever file it came from.</summary>
public sealed record ModelConfig
{
    /// <summary>The family.</summary>
    public required ModelArchitecture Architecture { get; init; }

    /// <summary>V: rows of the embedding and of the LM head.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>H: width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the MLP between gate/up and down.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of decoder layers.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Query heads.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Key/value heads; divides <see cref="HeadCount"/> (grouped-query attention).</summary>
    public required int KeyValueHeadCount { get; init; }

    /// <summary>Width of one head; even.</summary>
    public required int HeadDimension { get; init; }

    /// <summary>Longest context in tokens (<c>max_position_embeddings</c>).</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Epsilon of every RMS norm.</summary>
    public required float NormEpsilon { get; init; }

    /// <summary>Rotary embedding.</summary>
    public required RopeConfig Rope { get; init; }

    /// <summary>The LM head is the embedding matrix.</summary>
    public required bool TiedEmbeddings { get; init; }

    /// <summary>q, k and v have biases.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>The attention output projection has a bias.</summary>
    public bool AttentionOutputBias { get; init; }

    /// <summary>gate, up and down have biases.</summary>
    public bool MlpBias { get; init; }

    /// <summary>Every query and key head is RMS-normalized before RoPE (Qwen3).</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Every end-of-sequence id (config, generation_config or GGUF metadata); generation stops at any of them.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>Beginning-of-sequence id, where the checkpoint names one.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>TiDAR training record; null for a plain AR checkpoint.</summary>
    public TidarConfig? Tidar { get; init; }

    /// <summary>What makes it a diffusion language model; null for others, TiDAR models among them.</summary>
    public DiffusionConfig? Diffusion { get; init; }

    /// <summary>The token that stands for one yet unknown; null where no entry of the vocabulary does.</summary>
    public int? MaskTokenId => Diffusion?.MaskTokenId ?? (Tidar is { HasMaskToken: true } tidar ? tidar.MaskTokenId : null);

    /// <summary>Width of the concatenated query heads.</summary>
    public int QueryWidth => HeadCount * HeadDimension;

    /// <summary>Width of the concatenated key (or value) heads.</summary>
    public int KeyValueWidth => KeyValueHeadCount * HeadDimension;
}
