using Tidar.Models;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Tidar.Training.Recipes;

/// <summary>Loads one YAML file whose top is a mapping; what a hostile file could do with nesting and aliases is refused first.</summary>
internal static class YamlDocument
{
    private const long LargestFile = 1 << 20;
    private const int DeepestNesting = 16;

    /// <summary>The top mapping of a file.</summary>
    /// <exception cref="InvalidInputException">The file cannot be read or is not such YAML.</exception>
    public static YamlMappingNode Load(string path)
    {
        string text = Read(path);
        try
        {
            CheckEvents(text, path);
            YamlStream stream = [];
            stream.Load(new StringReader(text));
            if (stream.Documents.Count == 1 && stream.Documents[0].RootNode is YamlMappingNode mapping)
                return mapping;
            throw new InvalidInputException(path, null, "one YAML document of keys and values", stream.Documents.Count == 0 ? "nothing" : "something else");
        }
        catch (YamlException error)
        {
            throw new InvalidInputException(path, $"line {error.Start.Line}", "YAML", error.InnerException?.Message ?? error.Message, error);
        }
        catch (InvalidOperationException error)
        {
            // The scanner gives up in this way on some text that is not YAML, such as a bracket that is never closed before a line break.
            throw new InvalidInputException(path, null, "YAML", "text that cannot be parsed as such", error);
        }
    }

    private static string Read(string path)
    {
        try
        {
            FileInfo file = new(path);
            if (!file.Exists)
                throw new InvalidInputException(path, null, "a recipe", Directory.Exists(path) ? "a folder" : "no such file");
            if (file.Length > LargestFile)
                throw new InvalidInputException(path, null, $"at most {LargestFile} bytes", $"{file.Length}");
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InvalidInputException(path, null, "a readable file", error.Message, error);
        }
    }

    // The parser works event by event without recursion; only building the tree recurses.
    private static void CheckEvents(string text, string path)
    {
        Parser parser = new(new StringReader(text));
        int depth = 0;
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > DeepestNesting)
                throw new InvalidInputException(path, $"line {parser.Current.Start.Line}", $"at most {DeepestNesting} levels of nesting", "more");
            if (parser.Current is AnchorAlias)
                throw new InvalidInputException(path, $"line {parser.Current.Start.Line}", "values written out", "an alias");
        }
    }
}
