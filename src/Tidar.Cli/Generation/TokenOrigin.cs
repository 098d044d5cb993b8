namespace Tidar.Cli.Generation;

/// <summary>Who proposed a token. All were decided by the AR half.</summary>
internal enum TokenOrigin
{
    /// <summary>The AR half itself: first tokens of drafts, corrections and bonus tokens, and everything under AR decoding.</summary>
    Autoregression,

    /// <summary>The diffusion half, a draft model or a lookup drafted it and the AR half agreed.</summary>
    Draft,
}
