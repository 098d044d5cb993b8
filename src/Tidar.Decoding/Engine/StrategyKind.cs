namespace Tidar.Decoding.Engine;

/// <summary>Families of decoding strategies.</summary>
public enum StrategyKind
{
    /// <summary>TiDAR where the model was trained for it, else autoregressive.</summary>
    Auto,

    /// <summary>One token a pass.</summary>
    Autoregressive,

    /// <summary>Draft by diffusion, verify by autoregression.</summary>
    Tidar,
}
