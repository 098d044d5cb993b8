namespace Tidar.Models.Files;

/// <summary>Files that are either wholly written or not there: a killed run never leaves half a checkpoint under its final name.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Writes <paramref name="path"/> through <paramref name="write"/>: to a temporary name in the same folder, flushed to disk, then renamed over
    /// what was there. When <paramref name="write"/> throws, the temporary file is removed and an existing file stays as it was.
    /// </summary>
    /// <exception cref="InvalidInputException">The folder cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (FileStream stream = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 20))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error)
        {
            Remove(temporary);
            if (error is UnauthorizedAccessException or IOException)
                throw new InvalidInputException(path, null, "a place that can be written", error.Message, error);
            throw;
        }
    }

    private static void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The error that brought us here says more than this one.
        }
    }
}
