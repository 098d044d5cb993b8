using Tidar.Models.Configuration;

namespace Tidar.Evaluation.Comparison;

/// <summary>What a way of decoding may depend on.</summary>
/// <param name="config">The model.</param>
/// <param name="draftLength">K.</param>
/// <param name="measureOutcomes">Measures <see cref="LikelyOutcomes"/>, when a way first asks; null while there is nothing to measure with.</param>
public sealed class WayModel(ModelConfig config, int draftLength, Func<IReadOnlyList<int>>? measureOutcomes = null)
{
    private IReadOnlyList<int>? _likely;

    /// <summary>The model.</summary>
    public ModelConfig Config => config;

    /// <summary>K.</summary>
    public int DraftLength => draftLength;

    /// <summary>How many tokens verifications accept on these prompts, likeliest first; K alone where nothing can be measured yet.</summary>
    public IReadOnlyList<int> LikelyOutcomes => _likely ??= measureOutcomes?.Invoke() ?? [draftLength];
}
