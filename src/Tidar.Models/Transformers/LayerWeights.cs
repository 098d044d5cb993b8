using Tidar.Kernels.Matrices;
using Tidar.Models.Adapters;

namespace Tidar.Models.Transformers;

/// <summary>Packed weights of one decoder layer. Biases and head norms are null where the architecture has none.</summary>
internal sealed class LayerWeights : IDisposable
{
    /// <summary>Norm before attention, [hidden].</summary>
    public required float[] AttentionNorm { get; init; }

    /// <summary>q, k and v as one matrix [query width + 2 · key/value width, hidden].</summary>
    public required WeightMatrix QueryKeyValue { get; init; }

    public required float[]? QueryKeyValueBias { get; init; }

    /// <summary>Norm of every query head, [head_dim].</summary>
    public required float[]? QueryNorm { get; init; }

    /// <summary>Norm of every key head, [head_dim].</summary>
    public required float[]? KeyNorm { get; init; }

    /// <summary>Output projection [hidden, query width].</summary>
    public required WeightMatrix AttentionOutput { get; init; }

    public required float[]? AttentionOutputBias { get; init; }

    /// <summary>Norm before the MLP, [hidden].</summary>
    public required float[] MlpNorm { get; init; }

    /// <summary>gate and up as one matrix in the order of <see cref="GatedRows"/>, [≥ 2 · intermediate, hidden].</summary>
    public required WeightMatrix GateUp { get; init; }

    public required float[]? GateUpBias { get; init; }

    /// <summary>[hidden, intermediate].</summary>
    public required WeightMatrix Down { get; init; }

    public required float[]? DownBias { get; init; }

    /// <summary>The matrix of a group of linear layers.</summary>
    public WeightMatrix Of(LinearGroup group) => group switch
    {
        LinearGroup.QueryKeyValue => QueryKeyValue,
        LinearGroup.AttentionOutput => AttentionOutput,
        LinearGroup.GateUp => GateUp,
        _ => Down,
    };

    public void Dispose()
    {
        QueryKeyValue.Dispose();
        AttentionOutput.Dispose();
        GateUp.Dispose();
        Down.Dispose();
    }
}
