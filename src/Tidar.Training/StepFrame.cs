using System.Diagnostics;

namespace Tidar.Training;

/// <summary>What every trainer tells of a step beside its losses: how fast it was, and what is left at that speed.</summary>
/// <param name="steps">Optimizer steps of the whole run.</param>
/// <param name="evaluateEvery">Steps between evaluations; 0 for none.</param>
internal sealed class StepFrame(int steps, int evaluateEvery)
{
    private readonly Stopwatch _clock = new();
    private readonly Speed _speed = new();

    /// <summary>Begins a step.</summary>
    public void Begin() => _clock.Restart();

    /// <summary>Whether a step that is done is one after which the run is evaluated: every so many, and the last.</summary>
    public bool IsEvaluated(int step) => evaluateEvery > 0 && (step == steps || step % evaluateEvery == 0);

    /// <summary>Ends a step; what is done after it, such as an evaluation, does not count as its time.</summary>
    /// <param name="step">Optimizer steps done.</param>
    /// <param name="count">What the step has trained on: tokens, mask rows or slots.</param>
    /// <param name="total">The same since the beginning of the run.</param>
    /// <param name="losses">Total, autoregressive and diffusion loss.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="norm">Gradient norm before clipping.</param>
    public TrainingProgress End(int step, long count, long total, (double Total, double Autoregressive, double Diffusion) losses, double rate, double norm)
    {
        double speed = _speed.Add(count, _clock.Elapsed.TotalSeconds);
        TimeSpan remaining = _speed.Remaining((steps - step) * count);
        return new TrainingProgress(
            step, steps, losses.Total, losses.Autoregressive, losses.Diffusion, rate, norm, total, speed, remaining, Evaluation: null, Checkpoint: null);
    }
}
