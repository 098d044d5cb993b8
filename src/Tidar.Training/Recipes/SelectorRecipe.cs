using Tidar.Models.Weights;
using Tidar.Training.Optimizer;

namespace Tidar.Training.Recipes;

/// <summary>A path selector's training as a YAML file describes it; see docs/selector.md. Paths are absolute here (in the file they are relative to it).</summary>
public sealed record SelectorRecipe
{
    /// <summary>The file.</summary>
    public required string Source { get; init; }

    /// <summary>Folder that receives checkpoints and metrics; the finished selector goes into the adapter's or the model's folder.</summary>
    public required string Output { get; init; }

    /// <summary>Decides initial weights, the documents, the places of the blocks and their order.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The model; null where the command names it.</summary>
    public required string? Model { get; init; }

    /// <summary>Its adapter; null where the command names it, or where the model itself was trained for TiDAR.</summary>
    public required string? Adapter { get; init; }

    /// <summary>What is trained on; at least one entry.</summary>
    public required IReadOnlyList<DataRecipe> Data { get; init; }

    /// <summary>Width of the maps.</summary>
    public required int Rank { get; init; }

    /// <summary>Candidates of a slot.</summary>
    public required int Candidates { get; init; }

    /// <summary>Tokens before a slot that its scores look at.</summary>
    public required int Predecessors { get; init; }

    /// <summary>Slot m's loss counts this to the power of m - 1.</summary>
    public required double SlotDecay { get; init; }

    /// <summary>Drafted blocks to train on.</summary>
    public required int Blocks { get; init; }

    /// <summary>Most of them in one document.</summary>
    public required int BlocksPerDocument { get; init; }

    /// <summary>Most tokens of a document; a longer one is cut.</summary>
    public required int DocumentTokens { get; init; }

    /// <summary>Blocks of an optimizer step.</summary>
    public required int BlocksPerStep { get; init; }

    /// <summary>Constants of AdamW.</summary>
    public required AdamWSettings Optimizer { get; init; }

    /// <summary>Learning rate of every step.</summary>
    public required LearningRateSchedule Schedule { get; init; }

    /// <summary>Optimizer steps of the whole run.</summary>
    public int Steps => Schedule.Steps;

    /// <summary>Measurements on held-out text every so many steps; 0 for the last alone.</summary>
    public required int EvaluateEvery { get; init; }

    /// <summary>Held-out documents.</summary>
    public required int EvaluationDocuments { get; init; }

    /// <summary>A checkpoint every so many steps, and after the last.</summary>
    public required int CheckpointEvery { get; init; }

    /// <summary>Checkpoints that are kept.</summary>
    public required int KeepCheckpoints { get; init; }

    /// <summary>Element type of the finished selector; checkpoints to resume from are float32.</summary>
    public required StoredType FinalType { get; init; }

    /// <summary>Every setting that decides the run's weights under its full name, for the comparison on resuming.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; }
}
