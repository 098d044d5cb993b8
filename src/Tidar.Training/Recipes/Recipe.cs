using Tidar.Models.Configuration;
using Tidar.Training.Backpropagation;
using Tidar.Training.Losses;

namespace Tidar.Training.Recipes;

/// <summary>A training run as a YAML file describes it; see docs/training.md. Paths are absolute here (in the file they are relative to it).</summary>
public sealed record Recipe : TrainingRecipe
{
    /// <summary>Checkpoint to start from; null for new weights of <see cref="Model"/>.</summary>
    public required string? InitialCheckpoint { get; init; }

    /// <summary>The shape of a new model (its vocabulary and special ids come from the tokenizer); null with <see cref="InitialCheckpoint"/>.</summary>
    public required ModelConfig? Model { get; init; }

    /// <summary>Where the tokenizer comes from.</summary>
    public required TokenizerRecipe Tokenizer { get; init; }

    /// <summary>What is minimized.</summary>
    public required TrainingObjective Objective { get; init; }

    /// <summary>K.</summary>
    public required int DraftLength { get; init; }

    /// <summary>α: weight of the AR term.</summary>
    public required double Alpha { get; init; }

    /// <summary>S: clean tokens that documents are packed into; a longer document is cut.</summary>
    public required int RowTokens { get; init; }

    /// <summary>Rows of an optimizer step.</summary>
    public required int RowsPerStep { get; init; }

    /// <summary>Rows of one forward and backward pass; gradients of the passes of a step add up.</summary>
    public required int RowsPerPass { get; init; }

    /// <summary>Arithmetic of the products with weights; weights, their sums and everything else are float32.</summary>
    public required TrainingPrecision Precision { get; init; }

    /// <summary>Whether layers are computed again in the backward pass instead of being kept: the same bits, less memory, a third more work.</summary>
    public required bool ActivationCheckpointing { get; init; }

    /// <summary>Rows of held-out text.</summary>
    public required int EvaluationRows { get; init; }

    /// <summary>How many of those rows drafts step along, for tokens a pass; 0 for none.</summary>
    public required int DraftRows { get; init; }
}
