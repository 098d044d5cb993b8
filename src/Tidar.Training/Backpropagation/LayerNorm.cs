namespace Tidar.Training.Backpropagation;

/// <summary>The norms of a decoder layer.</summary>
internal enum LayerNorm
{
    /// <summary>Before q, k, v; [hidden].</summary>
    Attention,

    /// <summary>Before gate and up; [hidden].</summary>
    Mlp,

    /// <summary>Of every query head (Qwen3), [head_dim]; empty elsewhere.</summary>
    Query,

    /// <summary>Of every key head (Qwen3), [head_dim]; empty elsewhere.</summary>
    Key,
}
