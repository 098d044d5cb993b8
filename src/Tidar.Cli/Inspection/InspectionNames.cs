using Tidar.Models.Configuration;
using Tidar.Models.Weights.Inspection;

namespace Tidar.Cli.Inspection;

/// <summary>The words and figures that JSON and the terminal share.</summary>
internal static class InspectionNames
{
    /// <summary><c>block</c> or <c>masked</c>.</summary>
    public static string Of(DiffusionKind kind) => kind == DiffusionKind.Block ? "block" : "masked";

    /// <summary>What a path turned out to be.</summary>
    public static string Of(InspectedKind kind) => kind switch
    {
        InspectedKind.Model => "model",
        InspectedKind.Adapter => "adapter",
        InspectedKind.Container => "container",
        InspectedKind.Tensors => "tensors",
        InspectedKind.Index => "index",
        InspectedKind.Configuration => "configuration",
        _ => "tokenizer",
    };

    /// <summary>The family as Hugging Face's <c>model_type</c> names it.</summary>
    public static string Of(ModelArchitecture architecture) => architecture switch
    {
        ModelArchitecture.Llama => "llama",
        ModelArchitecture.Qwen2 => "qwen2",
        _ => "qwen3",
    };

    /// <summary>The kind of scaling as Hugging Face's <c>rope_type</c> names it.</summary>
    public static string Of(RopeScaling scaling) => scaling switch
    {
        RopeScaling.Linear => "linear",
        RopeScaling.Llama3 => "llama3",
        RopeScaling.Yarn => "yarn",
        _ => "default",
    };

    /// <summary>Whole-number sizes, under Hugging Face's names.</summary>
    public static IEnumerable<(string Name, int Value)> Sizes(ModelConfig config) =>
    [
        ("vocab_size", config.VocabularySize),
        ("hidden_size", config.HiddenSize),
        ("intermediate_size", config.IntermediateSize),
        ("num_hidden_layers", config.LayerCount),
        ("num_attention_heads", config.HeadCount),
        ("num_key_value_heads", config.KeyValueHeadCount),
        ("head_dim", config.HeadDimension),
        ("max_position_embeddings", config.MaxPositions),
    ];
}
