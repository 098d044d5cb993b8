namespace Tidar.Models.Configuration;

/// <summary>Rotary position embedding parameters.</summary>
public sealed record RopeConfig
{
    /// <summary>Base of the geometric series of wave lengths (<c>rope_theta</c>).</summary>
    public double Theta { get; init; } = 10_000;

    /// <summary>The kind of scaling.</summary>
    public RopeScaling Scaling { get; init; }

    /// <summary>Scaling factor (linear, llama3, yarn).</summary>
    public double Factor { get; init; } = 1;

    /// <summary><c>original_max_position_embeddings</c>; 0 where not given.</summary>
    public int OriginalMaxPositions { get; init; }

    /// <summary>llama3: <c>low_freq_factor</c>.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>llama3: <c>high_freq_factor</c>.</summary>
    public double HighFrequencyFactor { get; init; } = 4;

    /// <summary>yarn: <c>beta_fast</c>.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>yarn: <c>beta_slow</c>.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>yarn: <c>attention_factor</c>; null means 0.1·ln(factor)+1 (or what mscale gives).</summary>
    public double? AttentionFactor { get; init; }

    /// <summary>yarn: <c>mscale</c>, used with <see cref="MScaleAllDimensions"/> when both are given.</summary>
    public double? MScale { get; init; }

    /// <summary>yarn: <c>mscale_all_dim</c>.</summary>
    public double? MScaleAllDimensions { get; init; }

    /// <summary>yarn: whether the ramp's borders are rounded to whole dimensions (<c>truncate</c>, default true).</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>GGUF <c>rope_freqs.weight</c>: divisors of the inverse frequencies, [head_dim / 2]; null where absent.</summary>
    public IReadOnlyList<float>? FrequencyDivisors { get; init; }
}
