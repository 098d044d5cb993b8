namespace Tidar.Models.Tokenization.Patterns;

/// <summary>The steps of the matching machine.</summary>
internal enum PatternOperation
{
    /// <summary>The match is complete.</summary>
    Accept,

    /// <summary>One code point of the set.</summary>
    One,

    /// <summary>A to B (-1: any number) code points of the set, greedy.</summary>
    RunGreedy,

    /// <summary>The same, giving nothing back.</summary>
    RunPossessive,

    /// <summary>Try the code at A, then the code at B.</summary>
    Split,

    /// <summary>Go on at A.</summary>
    Jump,

    /// <summary>The position is of <see cref="AssertionKind"/> A.</summary>
    Assert,

    /// <summary>Remember the position in slot A.</summary>
    Mark,

    /// <summary>Leave the loop for B where the position has not moved since slot A was set.</summary>
    RequireProgress,

    /// <summary>Match the code that follows as a whole without giving back, then go on at A.</summary>
    Atomic,

    /// <summary>The code that follows must match here, without consuming; go on at A.</summary>
    Ahead,

    /// <summary>The code that follows must not match here; go on at A.</summary>
    NotAhead,

    /// <summary>The code that follows, B &gt;&gt; 16 to B &amp; 0xFFFF code points long, must match up to here; go on at A.</summary>
    Behind,

    /// <summary>The code that follows must not match up to here; operands as <see cref="Behind"/>.</summary>
    NotBehind,
}
