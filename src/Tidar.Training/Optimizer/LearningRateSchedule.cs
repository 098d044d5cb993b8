namespace Tidar.Training.Optimizer;

/// <summary>Linear warm-up, then a cosine from the peak to the floor over the remaining steps.</summary>
/// <param name="Peak">Highest learning rate.</param>
/// <param name="Floor">Learning rate at the end.</param>
/// <param name="WarmupSteps">Steps of the warm-up.</param>
/// <param name="Steps">Steps of the whole run.</param>
public sealed record LearningRateSchedule(double Peak, double Floor, int WarmupSteps, int Steps)
{
    /// <summary>The rate of step <paramref name="step"/>, counted from 0.</summary>
    public double At(int step)
    {
        if (step < WarmupSteps)
            return Peak * (step + 1) / WarmupSteps;
        double progress = (double)(step - WarmupSteps) / Math.Max(1, Steps - WarmupSteps);
        return Floor + (0.5 * (Peak - Floor) * (1 + Math.Cos(Math.PI * Math.Min(1, progress))));
    }
}
