using Tidar.Training.Data;

namespace Tidar.Training.Checkpoints;

/// <summary>What a run needs beside weights and moments to go on.</summary>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="Tokens">Clean tokens trained on.</param>
/// <param name="Position">Where the data go on.</param>
/// <param name="Settings">The recipe's settings that decide the weights.</param>
public sealed record TrainingState(int Step, long Tokens, DataPosition Position, IReadOnlyList<KeyValuePair<string, string>> Settings);
