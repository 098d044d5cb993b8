using Tidar.Decoding.Planning;

namespace Tidar.Evaluation.Comparison;

/// <summary>Where, when and with what a comparison was made: what its figures hold for.</summary>
/// <param name="Model">The model's name or path.</param>
/// <param name="Adapter">The adapter's; null for none.</param>
/// <param name="Parameters">Number of the model's weights.</param>
/// <param name="Key">Processor, tier, threads, weights, shape, K.</param>
/// <param name="Date">When it began.</param>
/// <param name="CommandLine">How to do it again.</param>
/// <param name="Version">Of this program.</param>
public sealed record ComparisonHeader(string Model, string? Adapter, long Parameters, ProfileKey Key, DateTimeOffset Date, string CommandLine, string Version)
{
    /// <summary>The model's name without the folders before it.</summary>
    public string ShortName => Path.GetFileName(Path.TrimEndingDirectorySeparator(Model)) is { Length: > 0 } name ? name : Model;
}
