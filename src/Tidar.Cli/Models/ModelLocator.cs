using Tidar.Models;

namespace Tidar.Cli.Models;

/// <summary>Finds what <c>--model</c> and its like name: a path, or a folder or GGUF file under <c>models/</c> of the repository or the installation.</summary>
internal static class ModelLocator
{
    /// <summary>The model that comes with the program.</summary>
    public const string EmbeddedName = "tidar-demo";

    private const string Folder = "models";
    private const string RepositoryMark = "Tidar.slnx";

    /// <summary>The path of the model; null means the embedded one.</summary>
    /// <exception cref="InvalidInputException">Nothing of that name is there.</exception>
    public static string Find(string? named)
    {
        if (Find(named, named ?? EmbeddedName) is { } path)
            return path;
        string expected = named is null
            ? $"the embedded model {EmbeddedName} under models/ (--model names another)"
            : "a model folder, a GGUF file, or a name under models/";
        throw new InvalidInputException("--model", null, expected, named is null ? "none" : Missing(named));
    }

    /// <summary>The path of a draft model.</summary>
    /// <exception cref="InvalidInputException">Nothing of that name is there.</exception>
    public static string FindDraft(string named) =>
        Find(named, named) ?? throw new InvalidInputException("--draft-model", null, "a model folder, a GGUF file, or a name under models/", Missing(named));

    /// <summary>The folder of an adapter: a path, or a name under <c>models/</c>.</summary>
    /// <exception cref="InvalidInputException">Nothing of that name is there.</exception>
    public static string FindAdapter(string named) =>
        Find(named, named) ?? throw new InvalidInputException("--adapter", null, "an adapter folder, or a name under models/", $"nothing at {named}");

    private static string Missing(string named) => named.Length == 0 ? "an empty name" : $"nothing at {named}";

    private static string? Find(string? given, string name)
    {
        if (given is not null && (Directory.Exists(given) || File.Exists(given)))
            return given;
        bool plain = name.Length > 0 && !name.Contains('/') && !name.Contains('\\') && name is not "." and not "..";
        return plain ? Roots().SelectMany(root => Candidates(root, name)).FirstOrDefault(p => Directory.Exists(p) || File.Exists(p)) : null;
    }

    private static IEnumerable<string> Candidates(string root, string name) => [Path.Combine(root, name), Path.Combine(root, $"{name}.gguf")];

    // Beside the program (an installation), then in the repository that the program was built from.
    private static IEnumerable<string> Roots()
    {
        yield return Path.Combine(AppContext.BaseDirectory, Folder);
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            if (File.Exists(Path.Combine(d.FullName, RepositoryMark)))
            {
                yield return Path.Combine(d.FullName, Folder);
                yield break;
            }
        }
    }
}
