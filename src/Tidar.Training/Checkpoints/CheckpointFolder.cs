using System.Globalization;
using Tidar.Models;

namespace Tidar.Training.Checkpoints;

/// <summary>
/// The checkpoints of a run, <c>checkpoints/step-00000500</c> and so on. A folder gets its name only when everything in it is on the disk, and loses it before
/// anything in it is deleted: whatever moment a run is killed at, every folder of that name is whole.
/// </summary>
internal sealed class CheckpointFolder(string output)
{
    private const string Prefix = "step-";
    private const string Unfinished = ".unfinished";
    private const string Deleting = ".deleting";

    private string Root => Path.Combine(output, "checkpoints");

    /// <summary>The checkpoint of the most steps, or null.</summary>
    public string? Latest => Whole().LastOrDefault();

    /// <summary>
    /// Writes a checkpoint through <paramref name="write"/>, which gets an empty folder, and deletes the oldest beyond <paramref name="keep"/>.
    /// </summary>
    /// <returns>The checkpoint's path.</returns>
    /// <exception cref="InvalidInputException">The place cannot be written.</exception>
    public string Write(int step, int keep, Action<string> write)
    {
        string path = Path.Combine(Root, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step:D8}"));
        Replace(path, write);
        try
        {
            Clean(keep);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(Root, null, "a place that can be written", error.Message, error);
        }

        return path;
    }

    /// <summary>Writes a folder through <paramref name="write"/> so that it appears only when it is whole. What stood there before stays where that fails.</summary>
    /// <exception cref="InvalidInputException">The place cannot be written, or has no room.</exception>
    public static void Replace(string path, Action<string> write)
    {
        string unfinished = path + Unfinished, old = path + Deleting;
        try
        {
            Remove(unfinished);
            Remove(old);
            Directory.CreateDirectory(unfinished);
            write(unfinished);
            if (Directory.Exists(path))
                Directory.Move(path, old);
            Directory.Move(unfinished, path);
            Remove(old);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidInputException)
        {
            // Half a checkpoint would keep a full disk full.
            TryRemove(unfinished);
            if (error is InvalidInputException)
                throw;
            throw new InvalidInputException(path, null, "a place that can be written", error.Message, error);
        }
    }

    private static void TryRemove(string folder)
    {
        try
        {
            Remove(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The error that brought us here says more than this one; the next checkpoint cleans up.
        }
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private List<string> Whole() => !Directory.Exists(Root)
        ? []
        : [.. Directory.GetDirectories(Root, Prefix + "*")
            .Where(d => Path.GetFileName(d)[Prefix.Length..].All(char.IsAsciiDigit))
            .Order(StringComparer.Ordinal)];

    private void Clean(int keep)
    {
        foreach (string rest in Directory.GetDirectories(Root, "*" + Unfinished).Concat(Directory.GetDirectories(Root, "*" + Deleting)))
            Remove(rest);
        foreach (string folder in Whole().SkipLast(keep))
        {
            Directory.Move(folder, folder + Deleting);
            Remove(folder + Deleting);
        }
    }
}
