using Tidar.Models.Configuration;

namespace Tidar.Models.Weights.Gguf;

/// <summary>The tensors of a GGUF model under Hugging Face names and in Hugging Face layout.</summary>
internal static class GgufModel
{
    /// <summary>Every tensor of the model; refuses one that has no Hugging Face twin.</summary>
    public static IReadOnlyList<WeightTensor> Tensors(GgufFile file, ModelConfig config)
    {
        List<WeightTensor> tensors = [];
        foreach (MappedTensor stored in file.Stored.Where(static t => t.Name != GgufNames.RopeDivisors))
        {
            string name = GgufNames.ToHuggingFace(stored.Name)
                ?? throw new InvalidInputException(file.Path, stored.Name, $"only tensors of a {config.Architecture} decoder", "one that it does not have");
            tensors.Add(Unpermuted(stored.Named(name), config));
        }

        return tensors;
    }

    private static WeightTensor Unpermuted(MappedTensor tensor, ModelConfig config)
    {
        if (config.Architecture != ModelArchitecture.Llama)
            return tensor;
        int rows = tensor.Name.Contains(".self_attn.q_proj.", StringComparison.Ordinal) ? config.QueryWidth
            : tensor.Name.Contains(".self_attn.k_proj.", StringComparison.Ordinal) ? config.KeyValueWidth
            : 0;
        // A wrong number of rows is left for the check of shapes to report.
        return rows > 0 && tensor.Shape.Count > 0 && tensor.Shape[0] == rows ? new PermutedTensor(tensor, config.HeadDimension) : tensor;
    }
}
