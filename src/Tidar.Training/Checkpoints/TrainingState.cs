using Tidar.Models;
using Tidar.Training.Data;

namespace Tidar.Training.Checkpoints;

/// <summary>What a run needs beside weights and moments to go on.</summary>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="Tokens">Clean tokens trained on.</param>
/// <param name="Position">Where the data go on.</param>
/// <param name="Settings">The recipe's settings that decide the weights.</param>
public sealed record TrainingState(int Step, long Tokens, DataPosition Position, IReadOnlyList<KeyValuePair<string, string>> Settings)
{
    /// <summary>Refuses to go on with other settings than those of the run so far.</summary>
    /// <param name="source">The recipe's file.</param>
    /// <param name="settings">The recipe's settings.</param>
    /// <param name="folder">The checkpoint, for the message.</param>
    /// <exception cref="InvalidInputException">They differ; the first difference is named.</exception>
    public void CheckSettings(string source, IReadOnlyList<KeyValuePair<string, string>> settings, string folder)
    {
        Dictionary<string, string> before = new(Settings, StringComparer.Ordinal), now = new(settings, StringComparer.Ordinal);
        foreach ((string name, _) in settings.Concat(Settings))
        {
            string expected = before.GetValueOrDefault(name, "nothing"), found = now.GetValueOrDefault(name, "nothing");
            if (expected != found)
                throw new InvalidInputException(source, name, $"{expected} (as in {folder}, the run to resume)", found);
        }
    }
}
