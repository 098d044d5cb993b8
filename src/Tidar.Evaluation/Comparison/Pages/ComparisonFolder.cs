using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tidar.Models;
using Tidar.Models.Files;

namespace Tidar.Evaluation.Comparison.Pages;

/// <summary>The folder that a comparison is written to.</summary>
public static class ComparisonFolder
{
    /// <summary>All numbers.</summary>
    public const string JsonFile = "comparison.json";

    /// <summary>The tables.</summary>
    public const string MarkdownFile = "comparison.md";

    /// <summary>The page with pictures.</summary>
    public const string PageFile = "comparison.html";

    private const int MarkLength = 1 << 10;

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly (string Name, string Mark)[] Files =
        [(JsonFile, $"\"format\": \"{ComparisonJson.Format}\""), (MarkdownFile, ComparisonMarkdown.FirstLine), (PageFile, ComparisonPage.Mark)];

    /// <summary>Makes sure that nothing but an earlier comparison would be overwritten.</summary>
    /// <exception cref="InvalidInputException">Something else is there.</exception>
    public static void Check(string path)
    {
        if (path.Length == 0 || File.Exists(path))
            throw new InvalidInputException(path.Length == 0 ? "folder" : path, null, "a folder for the comparison", path.Length == 0 ? "an empty name" : "a file");
        foreach ((string name, string mark) in Files)
        {
            string file = Path.Combine(path, name);
            if (Directory.Exists(file) || (File.Exists(file) && !Beginning(file).Contains(mark, StringComparison.Ordinal)))
                throw new InvalidInputException(file, null, "nothing, or an earlier comparison to overwrite", "something else");
        }
    }

    /// <summary>Writes the files: everything is made before the first is begun, and each is there as a whole or not at all.</summary>
    /// <exception cref="InvalidInputException">The folder cannot be written, or something else is there.</exception>
    public static void Write(string path, ComparisonReport report)
    {
        Check(path);
        string json = ComparisonJson.Of(report).ToJsonString(Readable) + "\n", markdown = ComparisonMarkdown.Of(report), page = ComparisonPage.Of(report);
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InvalidInputException(path, null, "a place that can be written", error.Message, error);
        }

        foreach ((string name, string text) in new[] { (JsonFile, json), (MarkdownFile, markdown), (PageFile, page) })
            AtomicFile.Write(Path.Combine(path, name), stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }

    private static string Beginning(string file)
    {
        try
        {
            using StreamReader reader = new(file);
            char[] buffer = new char[MarkLength];
            return new string(buffer, 0, reader.ReadBlock(buffer));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(file, null, "a readable file", error.Message, error);
        }
    }
}
