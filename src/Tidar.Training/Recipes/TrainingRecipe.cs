using Tidar.Models.Weights;
using Tidar.Training.Optimizer;

namespace Tidar.Training.Recipes;

/// <summary>What every kind of training run has in its YAML file.</summary>
public abstract record TrainingRecipe
{
    /// <summary>The file.</summary>
    public required string Source { get; init; }

    /// <summary>Folder that receives checkpoints, metrics and what is finished, unless that belongs beside the model.</summary>
    public required string Output { get; init; }

    /// <summary>Decides initial weights, the order of the data and every other draw.</summary>
    public required ulong Seed { get; init; }

    /// <summary>What is trained on; at least one entry.</summary>
    public required IReadOnlyList<DataRecipe> Data { get; init; }

    /// <summary>Constants of AdamW.</summary>
    public required AdamWSettings Optimizer { get; init; }

    /// <summary>Learning rate of every step.</summary>
    public required LearningRateSchedule Schedule { get; init; }

    /// <summary>Optimizer steps of the whole run.</summary>
    public int Steps => Schedule.Steps;

    /// <summary>Measurements on held-out text every so many steps; 0 for never, or for the last step alone (selectors).</summary>
    public required int EvaluateEvery { get; init; }

    /// <summary>A checkpoint every so many steps, and after the last.</summary>
    public required int CheckpointEvery { get; init; }

    /// <summary>Checkpoints that are kept.</summary>
    public required int KeepCheckpoints { get; init; }

    /// <summary>Element type of what is finished; checkpoints to resume from are float32.</summary>
    public required StoredType FinalType { get; init; }

    /// <summary>Every setting that decides the run's weights under its full name, in the order of reading, for the comparison on resuming.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; }
}
