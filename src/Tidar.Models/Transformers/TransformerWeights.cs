using Tidar.Kernels.Matrices;
using Tidar.Models.Configuration;
using Tidar.Models.Weights;

namespace Tidar.Models.Transformers;

/// <summary>
/// All weights of a model: matrices packed for the kernels, norms and biases as they are, and the embedding left in the file (a row is read when its token comes up).
/// </summary>
internal sealed class TransformerWeights : IDisposable
{
    public required WeightTensor Embedding { get; init; }

    public required LayerWeights[] Layers { get; init; }

    /// <summary>[hidden].</summary>
    public required float[] FinalNorm { get; init; }

    /// <summary>LM head [vocabulary, hidden]; packed from the embedding where it is tied.</summary>
    public required WeightMatrix Head { get; init; }

    /// <summary>Bytes of packed matrices that one full pass reads.</summary>
    public long PackedBytes => Head.Bytes + Layers.Sum(l => l.QueryKeyValue.Bytes + l.AttentionOutput.Bytes + l.GateUp.Bytes + l.Down.Bytes);

    /// <summary>Packs the tensors that <paramref name="find"/> gives by Hugging Face name and shape.</summary>
    public static TransformerWeights Load(ModelConfig config, TensorLookup find, WeightPacker packer)
    {
        string[] projections = ["q", "k", "v"];
        int[] widths = [config.QueryWidth, config.KeyValueWidth, config.KeyValueWidth];
        LayerWeights[] layers = new LayerWeights[config.LayerCount];
        int h = config.HiddenSize, m = config.IntermediateSize;
        for (int i = 0; i < layers.Length; i++)
        {
            string layer = $"model.layers.{i}.", attention = $"{layer}self_attn.", mlp = $"{layer}mlp.";
            layers[i] = new LayerWeights
            {
                AttentionNorm = find($"{layer}input_layernorm.weight", h).ReadAll(),
                QueryKeyValue = packer.Pack([.. projections.Select((p, j) => find($"{attention}{p}_proj.weight", widths[j], h))]),
                QueryKeyValueBias = config.QueryKeyValueBias ? [.. projections.SelectMany((p, j) => find($"{attention}{p}_proj.bias", widths[j]).ReadAll())] : null,
                QueryNorm = config.QueryKeyNorm ? find($"{attention}q_norm.weight", config.HeadDimension).ReadAll() : null,
                KeyNorm = config.QueryKeyNorm ? find($"{attention}k_norm.weight", config.HeadDimension).ReadAll() : null,
                AttentionOutput = packer.Pack(find($"{attention}o_proj.weight", h, config.QueryWidth)),
                AttentionOutputBias = config.AttentionOutputBias ? find($"{attention}o_proj.bias", h).ReadAll() : null,
                MlpNorm = find($"{layer}post_attention_layernorm.weight", h).ReadAll(),
                GateUp = packer.PackGated(find($"{mlp}gate_proj.weight", m, h), find($"{mlp}up_proj.weight", m, h)),
                GateUpBias = config.MlpBias ? Gated(find($"{mlp}gate_proj.bias", m).ReadAll(), find($"{mlp}up_proj.bias", m).ReadAll()) : null,
                Down = packer.Pack(find($"{mlp}down_proj.weight", h, m)),
                DownBias = config.MlpBias ? find($"{mlp}down_proj.bias", h).ReadAll() : null,
            };
        }

        WeightTensor embedding = find("model.embed_tokens.weight", config.VocabularySize, h);
        return new TransformerWeights
        {
            Embedding = embedding,
            Layers = layers,
            FinalNorm = find("model.norm.weight", h).ReadAll(),
            Head = packer.PackHead(config.TiedEmbeddings ? embedding : find("lm_head.weight", config.VocabularySize, h)),
        };
    }

    public void Dispose()
    {
        foreach (LayerWeights layer in Layers)
            layer.Dispose();
        Head.Dispose();
    }

    // Biases in the order of the matrix's rows.
    private static float[] Gated(float[] gate, float[] up)
    {
        float[] bias = new float[GatedRows.Count(gate.Length)];
        for (int i = 0; i < gate.Length; i++)
        {
            bias[GatedRows.IndexOf(i, up: false)] = gate[i];
            bias[GatedRows.IndexOf(i, up: true)] = up[i];
        }

        return bias;
    }
}
