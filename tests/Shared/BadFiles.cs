using System.Text.Json;

namespace Tidar.Tests;

/// <summary>The list of malformed files and controls in <c>shared/goldens/models/bad</c>.</summary>
internal static class BadFiles
{
    /// <summary>File or folder, class of file, and what must become of it; a single placeholder where the list is absent, so that a theory can report the skip.</summary>
    public static IReadOnlyList<(string File, string Class, string Expect)> Cases()
    {
        if (!SharedData.Files("cases.json", "goldens", "models", "bad").Contains("cases.json", StringComparer.Ordinal))
            return [("cases.json", "absent", "either")];
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedData.Path("goldens", "models", "bad", "cases.json")));
        return [.. document.RootElement.EnumerateArray().Select(static c => (Text(c, "file"), Text(c, "class"), Text(c, "expect")))];
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
