using Tidar.Decoding.Engine;
using Tidar.Models.Configuration;

namespace Tidar.Evaluation.Comparison;

/// <summary>One way to decode, as it is compared with the others.</summary>
/// <param name="Name">What it is selected by.</param>
/// <param name="Description">What it does, in a few words.</param>
/// <param name="Options">Generation options of this way, made of those that all ways share.</param>
public sealed record DecodingWay(string Name, string Description, Func<GenerationOptions, WayModel, GenerationOptions> Options)
{
    /// <summary>Whether its text is not the AR model's: it is not held against that then.</summary>
    public bool HasOwnText { get; init; }

    /// <summary>Whether a second model drafts.</summary>
    public bool NeedsDraftModel { get; init; }

    /// <summary>Models for which it is compared unless ways are selected. Those that the engine refuses are left out whatever this says.</summary>
    public Func<ModelConfig, bool> Suits { get; init; } = static _ => true;
}
