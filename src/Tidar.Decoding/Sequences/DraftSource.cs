namespace Tidar.Decoding.Sequences;

/// <summary>Where the draft after a verification comes from.</summary>
public enum DraftSource
{
    /// <summary>A block drafted beforehand, in the verifying pass itself, for the outcome that happened.</summary>
    SamePass,

    /// <summary>A drafting pass of its own, which also commits the corrected token.</summary>
    ExtraPass,
}
