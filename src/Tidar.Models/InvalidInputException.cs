namespace Tidar.Models;

/// <summary>
/// A mistake in what the user gave (a file, a field, an option): one clear line that names where, what was expected and what was found.
/// The command line turns it into exit code 2, the server into HTTP 400; it is never a defect of this program.
/// </summary>
public sealed class InvalidInputException : Exception
{
    /// <summary>Creates the error from its parts; <paramref name="field"/> may be null where the whole source is meant.</summary>
    /// <param name="source">The file, option or request at fault.</param>
    /// <param name="field">The field, tensor, line or key inside it.</param>
    /// <param name="expected">What would have been right.</param>
    /// <param name="found">What was there.</param>
    /// <param name="inner">The underlying error, if any.</param>
    public InvalidInputException(string source, string? field, string expected, string found, Exception? inner = null)
        : base(OneLine(field is null ? $"{source}: expected {expected}, found {found}" : $"{source}: {field}: expected {expected}, found {found}"), inner)
    {
    }

    // What a file says is quoted in the message; control characters and great length in it must not reach the terminal.
    private static string OneLine(string text)
    {
        const int Longest = 600;
        string shown = text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest), "…");
        return string.Create(shown.Length, shown, static (span, s) =>
        {
            for (int i = 0; i < s.Length; i++)
                span[i] = char.IsControl(s[i]) ? ' ' : s[i];
        });
    }
}
