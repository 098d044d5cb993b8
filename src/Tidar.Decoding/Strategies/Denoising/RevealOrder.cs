namespace Tidar.Decoding.Strategies.Denoising;

/// <summary>Which unknown tokens a denoising step decides first.</summary>
public enum RevealOrder
{
    /// <summary>The likeliest (LLaDA's low_confidence remasking, Dream's maskgit_plus).</summary>
    Confidence,

    /// <summary>Those whose likeliest token leads the second by most (Dream's topk_margin).</summary>
    Margin,

    /// <summary>Those of the least entropy (Dream's entropy).</summary>
    Entropy,

    /// <summary>Any, by the seed (LLaDA's random remasking).</summary>
    Random,

    /// <summary>Every one by itself with the step's share as its probability (Dream's origin).</summary>
    Origin,

    /// <summary>From left to right.</summary>
    LeftToRight,
}
