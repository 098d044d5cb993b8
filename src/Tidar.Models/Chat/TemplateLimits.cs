namespace Tidar.Models.Chat;

/// <summary>
/// What one rendering may cost. A template comes from whoever published the checkpoint, so it must not be able to hang or exhaust the process;
/// the limits count work rather than time, so the same template fails the same way on every machine.
/// </summary>
public sealed record TemplateLimits
{
    /// <summary>The defaults: a hostile template ends within about a second and a few hundred megabytes.</summary>
    public static TemplateLimits Default { get; } = new();

    /// <summary>Longest template source in characters.</summary>
    public int MaxSourceLength { get; init; } = 4 << 20;

    /// <summary>Deepest nesting of parentheses, lists and blocks in the source (CPython gives up at about 60).</summary>
    public int MaxNesting { get; init; } = 100;

    /// <summary>Highest expression tree, which a chain such as <c>a + b + c</c> makes one level a link (CPython gives up at about 400).</summary>
    public int MaxExpressionHeight { get; init; } = 500;

    /// <summary>Steps of evaluation (a statement, an operator, a call, 16 characters of text); the input grants more.</summary>
    public long MaxSteps { get; init; } = 10_000_000;

    /// <summary>Longest single string and longest output in characters; four times the input where that is more.</summary>
    public int MaxTextLength { get; init; } = 8 << 20;

    /// <summary>Most elements of one list, tuple or dict.</summary>
    public int MaxItems { get; init; } = 500_000;

    /// <summary>Bytes of values created during a rendering, counted without regard to garbage collection; the input grants more.</summary>
    public long MaxAllocatedBytes { get; init; } = 192L << 20;

    /// <summary>Largest integer in bits.</summary>
    public int MaxIntegerBits { get; init; } = 2048;

    /// <summary>Deepest chain of macro, block and recursive loop calls (CPython gives up at about 190).</summary>
    public int MaxCallDepth { get; init; } = 200;
}
