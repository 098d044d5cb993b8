namespace Tidar.Tests;

/// <summary>
/// Finds the folder <c>shared/</c> that lies beside the checkout (golden numbers, real checkpoints, texts).
/// Tests that need it are skipped with a reason where it is absent.
/// </summary>
internal static class SharedData
{
    private static readonly string? Root = Find();

    /// <summary>The path of a file or folder under <c>shared/</c>; skips the running test where it is absent.</summary>
    public static string Path(params string[] parts)
    {
        Assert.SkipWhen(Root is null, "the folder 'shared' is not beside this checkout (set TIDAR_SHARED to name it)");
        string path = System.IO.Path.Combine([Root!, .. parts]);
        Assert.SkipUnless(File.Exists(path) || Directory.Exists(path), $"shared/{string.Join('/', parts)} is absent");
        return path;
    }

    /// <summary>Names of the folders under a folder of <c>shared/</c>, or a single placeholder so that a theory can report the skip.</summary>
    public static IEnumerable<string> Folders(params string[] parts)
    {
        string? path = Root is null ? null : System.IO.Path.Combine([Root, .. parts]);
        if (path is null || !Directory.Exists(path))
            return ["(absent)"];
        return Directory.GetDirectories(path).Select(d => System.IO.Path.GetFileName(d)).Order(StringComparer.Ordinal);
    }

    /// <summary>Names of the files with an ending in a folder of <c>shared/</c>, or a single placeholder so that a theory can report the skip.</summary>
    public static IEnumerable<string> Files(string ending, params string[] parts)
    {
        string? path = Root is null ? null : System.IO.Path.Combine([Root, .. parts]);
        if (path is null || !Directory.Exists(path))
            return ["(absent)"];
        return Directory.GetFiles(path, "*" + ending).Select(f => System.IO.Path.GetFileName(f)).Order(StringComparer.Ordinal);
    }

    /// <summary>The repository's root: the folder that holds <c>Tidar.slnx</c>.</summary>
    public static string RepositoryRoot { get; } = FindUp("Tidar.slnx") ?? throw new InvalidOperationException("Tidar.slnx not found above the tests");

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("TIDAR_SHARED") is { Length: > 0 } named)
            return Directory.Exists(named) ? named : null;
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            string candidate = System.IO.Path.Combine(d.FullName, "shared");
            if (Directory.Exists(System.IO.Path.Combine(candidate, "goldens")))
                return candidate;
        }

        return null;
    }

    private static string? FindUp(string file)
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(d.FullName, file)))
                return d.FullName;
        }

        return null;
    }
}
