namespace Tidar.Tests;

/// <summary>Text that a very small model can learn something of.</summary>
internal static class NumberLines
{
    /// <summary>So many lines with an empty one between any two.</summary>
    public static string Of(int count) => string.Join("\n\n", Enumerable.Range(0, count).Select(i => $"number {i} follows {i - 1}"));
}
