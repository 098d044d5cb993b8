using System.Diagnostics;
using Tidar.Kernels.Threading;
using Tidar.Models;
using Tidar.Training.Backpropagation;
using Tidar.Training.Data;
using Tidar.Training.Losses;
using Tidar.Training.Recipes;

namespace Tidar.Training;

/// <summary>
/// Runs a recipe: steps, held-out losses, checkpoints, metrics. A run is decided by recipe and data to the bit, whatever the number of threads and wherever
/// it was interrupted
/// and resumed.
/// </summary>
public sealed class Trainer : IDisposable, ITrainingTask
{
    private const ulong HeldOutMasks = 0x5EED;

    private readonly Recipe _recipe;
    private readonly TrainingRun _run;
    private readonly Stopwatch _clock = new();
    private List<TrainingBatch>? _heldOut;
    private readonly Speed _speed = new();

    private Trainer(TrainingRun run)
    {
        _recipe = run.Recipe;
        _run = run;
    }

    /// <summary>Number of weights.</summary>
    public long ParameterCount => _run.Parameters.Count;

    /// <summary>Optimizer steps done so far.</summary>
    public int Step => _run.Optimizer.Steps;

    /// <summary>The folder of the finished model, after <see cref="Run"/>.</summary>
    public string? ModelFolder { get; private set; }

    /// <summary>Begins a run, or goes on from its last checkpoint.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="team">Threads.</param>
    /// <param name="resume">Whether to go on from the last checkpoint in the output folder.</param>
    /// <exception cref="InvalidInputException">The recipe and what it names do not fit; resuming: there is no checkpoint, or another recipe made
    /// it.</exception>
    public static Trainer Create(Recipe recipe, WorkerTeam team, bool resume) =>
        new(resume ? TrainingRun.Resume(recipe, team) : TrainingRun.Start(recipe, team));

    /// <summary>Trains to the last step and writes the finished model.</summary>
    /// <param name="report">Called after every step; may be null.</param>
    /// <param name="cancellation">Stops between passes; what is lost is at most the work since the last whole step, which is saved first.</param>
    /// <returns>The last step's progress.</returns>
    /// <exception cref="InvalidInputException">The loss is no longer a number, or a file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public TrainingProgress? Run(Action<TrainingProgress>? report, CancellationToken cancellation)
    {
        TrainingProgress? last = TrainingLoop.Run(this, report, cancellation);
        ModelFolder = _run.SaveModel();
        return last;
    }

    /// <inheritdoc/>
    public void Dispose() => _run.Dispose();

    int ITrainingTask.Steps => _recipe.Steps;

    string ITrainingTask.Output => _recipe.Output;

    int ITrainingTask.CheckpointEvery => _recipe.CheckpointEvery;

    DataPosition ITrainingTask.Position => _run.Packer.Position;

    string ITrainingTask.Save(DataPosition position) => _run.Save(position);

    TrainingProgress ITrainingTask.DoStep(CancellationToken cancellation)
    {
        _clock.Restart();
        List<TrainingBatch> passes = DrawStep();
        LossWeights weights = LossWeights.For(
            _recipe.Objective, _recipe.Alpha, passes.Sum(p => (long)p.AutoregressiveTargets), passes.Sum(p => (long)p.DiffusionTargets));
        _run.Optimizer.ClearGradients();
        LossSums sums = default;
        foreach (TrainingBatch pass in passes)
        {
            cancellation.ThrowIfCancellationRequested();
            sums += _run.Decoder.AddGradients(pass, weights);
        }

        double loss = weights.Total(sums), norm = _run.Optimizer.GradientNorm(), rate = _recipe.Schedule.At(Step);
        if (!double.IsFinite(loss) || !double.IsFinite(norm))
        {
            throw new InvalidInputException(
                _recipe.Source, $"step {Step + 1}", "a finite loss and gradient (a smaller learning rate may help)", $"loss {loss}, gradient norm {norm}");
        }

        _run.Optimizer.Step(rate, norm);
        _run.Decoder.Refresh();
        long tokens = passes.Sum(p => (long)p.TextTokens);
        _run.Tokens += tokens;
        double seconds = _clock.Elapsed.TotalSeconds;
        LossSums? heldOut = _recipe.EvaluateEvery > 0 && (Step == _recipe.Steps || Step % _recipe.EvaluateEvery == 0) ? Evaluate() : null;
        return new TrainingProgress(
            Step,
            _recipe.Steps,
            loss,
            sums.AutoregressiveMean,
            sums.DiffusionMean,
            rate,
            norm,
            _run.Tokens,
            _speed.Add(tokens, seconds),
            _speed.Remaining((_recipe.Steps - Step) * tokens),
            heldOut,
            Checkpoint: null);
    }

    private List<TrainingBatch> DrawStep()
    {
        List<List<TokenSequence>> rows = [.. Enumerable.Range(0, _recipe.RowsPerStep).Select(_ => _run.Packer.Next())];
        return Lay(_recipe.Objective.MasksAtRandom ? Mask(rows, SplitMix64.Mix(_recipe.Seed + ((ulong)Step << 20))) : rows);
    }

    private List<List<TokenSequence>> Mask(List<List<TokenSequence>> rows, ulong seed)
    {
        ulong number = 0;
        return [.. rows.Select(row => row
            .Select(d => d with { Masking = MaskSampler.Draw(d.Tokens.Length, _run.Layout.BlockLength(d), SplitMix64.Mix(seed + number++)) })
            .ToList())];
    }

    private List<TrainingBatch> Lay(List<List<TokenSequence>> rows) =>
        [.. rows.Chunk(_recipe.RowsPerPass).Select(pass => _run.Layout.Build([.. pass.SelectMany(r => r)]))];

    // TiDAR: full masks also where training masks at random, for one-step denoising is what decoding asks of the model. Where decoding takes many steps: masks at random, the same ones
    // every time, so that the loss is an estimate of the bound on the negative log-likelihood.
    private LossSums Evaluate()
    {
        _heldOut ??= Lay(_recipe.Objective is TrainingObjective.BlockDiffusion or TrainingObjective.MaskedDiffusion ? Mask(_run.HeldOutRows(), HeldOutMasks) : _run.HeldOutRows());
        LossSums sums = default;
        foreach (TrainingBatch pass in _heldOut)
            sums += _run.Decoder.Evaluate(pass);

        return sums;
    }
}
