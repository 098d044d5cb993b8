using System.Globalization;

namespace Tidar.Training.Data.Synthetic;

/// <summary>Reads the final answer of a completion: the number after its last <c>Answer:</c>. Knows nothing about how it was found.</summary>
public static class WordProblemChecker
{
    private const string Marker = "Answer: ";

    /// <summary>The final answer, or null where the text gives none.</summary>
    public static string? Extract(string completion)
    {
        ArgumentNullException.ThrowIfNull(completion);
        int start = completion.LastIndexOf(Marker, StringComparison.Ordinal);
        if (start < 0)
            return null;
        ReadOnlySpan<char> rest = completion.AsSpan(start + Marker.Length);
        int end = rest.IndexOfAnyExceptInRange('0', '9');
        ReadOnlySpan<char> digits = end < 0 ? rest : rest[..end];
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value.ToString(CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Whether a completion's final answer is exactly the expected one.</summary>
    public static bool IsRight(string completion, string answer) => Extract(completion) is { } found && found == answer;
}
