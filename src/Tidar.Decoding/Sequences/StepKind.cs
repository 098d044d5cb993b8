namespace Tidar.Decoding.Sequences;

/// <summary>Kinds of <see cref="DecodingStep"/>.</summary>
public enum StepKind
{
    /// <summary>The pass over the prompt.</summary>
    Prefill,

    /// <summary>A draft was checked.</summary>
    Verify,
}
