namespace Tidar.Models.Configuration;

/// <summary>The decoder families that one configurable transformer covers.</summary>
public enum ModelArchitecture
{
    /// <summary>Llama 2/3 and everything of that shape (SmolLM2, Mistral without sliding window).</summary>
    Llama,

    /// <summary>Qwen2 and Qwen2.5: biases on q, k and v.</summary>
    Qwen2,

    /// <summary>Qwen3: RMS norm on every query and key head, explicit head dimension.</summary>
    Qwen3,
}
