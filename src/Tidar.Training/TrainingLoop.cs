using Tidar.Training.Data;
using Tidar.Training.Plots;

namespace Tidar.Training;

/// <summary>Steps, metrics and checkpoints in the order in which a run survives being killed.</summary>
internal static class TrainingLoop
{
    /// <summary>Trains to the last step. A cancelled run saves its last whole step first.</summary>
    /// <returns>The last step's progress; null where none was left to do.</returns>
    public static TrainingProgress? Run(ITrainingTask task, Action<TrainingProgress>? report, CancellationToken cancellation)
    {
        using MetricsFile? metrics = task.IsWriter ? MetricsFile.Open(Path.Combine(task.Output, MetricsFile.Name), task.Step) : null;
        TrainingProgress? last = null;
        while (task.Step < task.Steps)
        {
            DataPosition before = task.Position;
            try
            {
                last = task.DoStep(cancellation);
            }
            catch (OperationCanceledException)
            {
                if (task.Step > 0)
                    task.Save(before);
                throw;
            }

            // First the line, then the checkpoint: a kill between the two leaves a line too many, which resuming drops, and never one too few.
            metrics?.Write(last);
            if (task.Step == task.Steps || task.Step % task.CheckpointEvery == 0)
                last = last with { Checkpoint = task.Save(task.Position) };
            if (metrics is not null && (last.Checkpoint is not null || last.Evaluation is not null))
                TrainingCurve.Draw(Path.Combine(task.Output, MetricsFile.Name), Path.Combine(task.Output, TrainingCurve.FileName));
            report?.Invoke(last);
        }

        return last;
    }
}
