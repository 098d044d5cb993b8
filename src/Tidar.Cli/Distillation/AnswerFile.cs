using Tidar.Cli.Output;
using Tidar.Decoding.Engine;
using Tidar.Models;
using Tidar.Models.Files;

namespace Tidar.Cli.Distillation;

/// <summary>
/// The answers of <c>tidar distill</c>, one JSON object a line in the order of the prompts: <c>prompt_ids</c>, <c>completion_ids</c>, <c>completion</c>, <c>finish</c>.
/// A line is whole or, after a kill, the last one is not: going on drops it.
/// </summary>
internal sealed class AnswerFile : IDisposable
{
    private readonly StreamWriter _writer;

    private AnswerFile(StreamWriter writer, int count) => (_writer, Count) = (writer, count);

    /// <summary>Answers that the file holds.</summary>
    public int Count { get; private set; }

    /// <summary>Opens the file for the answers to <paramref name="prompts"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="prompts">Prompt ids.</param>
    /// <param name="resume">Go on behind the answers that are there, which must be those of the first prompts; else there must be no file.</param>
    /// <exception cref="InvalidInputException">There is a file that should not be there, it answers other prompts, or it cannot be written.</exception>
    public static AnswerFile Open(string path, IReadOnlyList<int[]> prompts, bool resume)
    {
        try
        {
            if (!resume && File.Exists(path))
                throw new InvalidInputException(path, null, "no such file yet, or --resume", "a file");
            int count = File.Exists(path) ? Check(path, prompts) : 0;
            return new AnswerFile(new StreamWriter(path, append: true), count);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(path, null, "a place that can be written", error.Message, error);
        }
    }

    /// <summary>Adds the next prompt's answer.</summary>
    public void Write(GenerationResult result)
    {
        JsonLine.Write(_writer, writer =>
        {
            writer.Numbers("prompt_ids", [.. result.PromptIds]);
            writer.Numbers("completion_ids", [.. result.Ids]);
            writer.WriteString("completion", result.Text);
            writer.WriteString("finish", DecodingNames.Of(result.Finish));
        });
        Count++;
    }

    public void Dispose() => _writer.Dispose();

    private static int Check(string path, IReadOnlyList<int[]> prompts)
    {
        using (FileStream stream = new(path, FileMode.Open, FileAccess.ReadWrite))
        {
            while (stream.Length > 0 && !EndsLine(stream))
                stream.SetLength(LastLineStart(stream));
            if (stream.Length == 0)
                return 0;
        }

        int count = 0;
        foreach (int[] ids in JsonLines.Read(path, static fields => fields.Ids("prompt_ids", below: int.MaxValue).ToArray()))
        {
            if (count == prompts.Count)
                throw new InvalidInputException(path, null, $"at most {prompts.Count} lines, one for each prompt", "more");
            if (!ids.SequenceEqual(prompts[count]))
                throw new InvalidInputException($"{path} line {count + 1}", "prompt_ids", "those of the prompt of this number", "others");
            count++;
        }

        return count;
    }

    private static bool EndsLine(FileStream stream)
    {
        stream.Position = stream.Length - 1;
        return stream.ReadByte() == '\n';
    }

    private static long LastLineStart(FileStream stream)
    {
        for (long i = stream.Length - 1; i > 0; i--)
        {
            stream.Position = i - 1;
            if (stream.ReadByte() == '\n')
                return i;
        }

        return 0;
    }
}
