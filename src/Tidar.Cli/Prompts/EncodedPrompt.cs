using Tidar.Cli.Hosting;
using Tidar.Models;

namespace Tidar.Cli.Prompts;

/// <summary>A prompt as the model takes it.</summary>
/// <param name="Ids">Its tokens.</param>
/// <param name="Text">The text they were made from: the prompt, or the rendered conversation; null for ids.</param>
/// <param name="Source">File and line; null for a prompt on the command line, which needs no such help.</param>
internal sealed record EncodedPrompt(int[] Ids, string? Text, string? Source)
{
    /// <summary>Tokens behind it; null where the line has none.</summary>
    public int[]? Completion { get; init; }

    /// <summary>Runs something on the prompt; a mistake found then names the line it comes from.</summary>
    public T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (InvalidInputException error) when (Source is not null)
        {
            throw new CommandLineException($"{Source}: {error.Message}");
        }
    }
}
