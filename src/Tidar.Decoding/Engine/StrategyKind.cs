namespace Tidar.Decoding.Engine;

/// <summary>Families of decoding strategies.</summary>
public enum StrategyKind
{
    /// <summary>What the model was trained for: TiDAR, one of the diffusions, else autoregressive.</summary>
    Auto,

    /// <summary>One token a pass.</summary>
    Autoregressive,

    /// <summary>Draft by diffusion, verify by autoregression.</summary>
    Tidar,

    /// <summary>Draft by a second, usually smaller model, verify by this one.</summary>
    DraftModel,

    /// <summary>Draft by copying what followed the same tokens before, in prompt or text, verify by the model.</summary>
    PromptLookup,

    /// <summary>Blocks from left to right, denoised in several passes each. The text is not an AR model's.</summary>
    BlockDiffusion,

    /// <summary>The whole answer in both directions, denoised in many passes (LLaDA, Dream).</summary>
    MaskedDiffusion,
}
