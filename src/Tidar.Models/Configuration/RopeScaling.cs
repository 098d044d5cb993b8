namespace Tidar.Models.Configuration;

/// <summary>How rotary frequencies are scaled beyond the trained context (Hugging Face <c>rope_type</c>).</summary>
public enum RopeScaling
{
    /// <summary>No scaling.</summary>
    Default,

    /// <summary>All frequencies divided by <see cref="RopeConfig.Factor"/>.</summary>
    Linear,

    /// <summary>Llama 3: low frequencies divided, high kept, a smooth ramp between.</summary>
    Llama3,

    /// <summary>YaRN (arXiv 2309.00071): ramp by rotations over the original context, and an attention factor on cos and sin.</summary>
    Yarn,
}
