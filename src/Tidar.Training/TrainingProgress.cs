using Tidar.Training.Losses;

namespace Tidar.Training;

/// <summary>Where a run stands after a step.</summary>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="Steps">Optimizer steps of the whole run.</param>
/// <param name="Loss">Total loss of the step's batch, nats per token.</param>
/// <param name="AutoregressiveLoss">Mean AR loss.</param>
/// <param name="DiffusionLoss">Mean diffusion loss; 0 under plain AR.</param>
/// <param name="LearningRate">The step's learning rate.</param>
/// <param name="GradientNorm">L2 norm of the gradient before clipping.</param>
/// <param name="Tokens">Clean tokens trained on since the beginning of the run.</param>
/// <param name="TokensPerSecond">Clean tokens per second, over the last steps.</param>
/// <param name="Remaining">Estimated time to the end.</param>
/// <param name="Evaluation">Losses on held-out text, where this step measured them.</param>
/// <param name="Checkpoint">Folder of the checkpoint, where this step wrote one.</param>
public sealed record TrainingProgress(
    int Step,
    int Steps,
    double Loss,
    double AutoregressiveLoss,
    double DiffusionLoss,
    double LearningRate,
    double GradientNorm,
    long Tokens,
    double TokensPerSecond,
    TimeSpan Remaining,
    LossSums? Evaluation,
    string? Checkpoint)
{
    /// <summary>How far drafts reach on held-out text, where this step measured it.</summary>
    public DraftEvaluation? Drafts { get; init; }

    /// <summary>The same without the path selector that is being trained.</summary>
    public DraftEvaluation? PlainDrafts { get; init; }

    /// <summary>The most that any selector could reach with its candidates.</summary>
    public DraftEvaluation? BestDrafts { get; init; }
}
