using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models;
using Tidar.Models.Adapters;
using Tidar.Models.Weights;
using Tidar.Training.Data;
using Tidar.Training.Losses;
using Tidar.Training.Recipes;

namespace Tidar.Training.Selectors;

/// <summary>
/// Trains a path selector (docs/selector.md) by a recipe, with the model and its adapter frozen: drafts blocks once, then steps over them. A run is decided by recipe, data and model to the bit, whatever
/// the number of threads and wherever it was interrupted and resumed.
/// </summary>
public sealed class SelectorTrainer : IDisposable, ITrainingTask
{
    private readonly SelectorRecipe _recipe;
    private readonly SelectorRun _run;
    private readonly StepFrame _frame;
    private readonly int[] _order;
    private int _epoch = -1;

    private SelectorTrainer(SelectorRun run)
    {
        _recipe = run.Recipe;
        _run = run;
        _frame = new StepFrame(_recipe.Steps, _recipe.EvaluateEvery);
        _order = new int[run.Blocks.Count];
    }

    /// <summary>Number of trained weights.</summary>
    public long ParameterCount => _run.Parameters.Count;

    /// <summary>Optimizer steps done so far.</summary>
    public int Step => _run.Optimizer.Steps;

    /// <summary>The folder that has the finished selector, after <see cref="Run"/>.</summary>
    public string? Folder { get; private set; }

    int ITrainingTask.Steps => _recipe.Steps;

    string ITrainingTask.Output => _recipe.Output;

    int ITrainingTask.CheckpointEvery => _recipe.CheckpointEvery;

    bool ITrainingTask.IsWriter => true;

    // Blocks are drafted again when a run goes on; which of them come next follows from the step.
    DataPosition ITrainingTask.Position => new(0, 0);

    /// <summary>Drafts the blocks and begins a run, or goes on from its last checkpoint.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="checkpoint">The model; it must stay open.</param>
    /// <param name="adapter">Its adapter; null for a model that was trained for TiDAR itself.</param>
    /// <param name="team">Threads.</param>
    /// <param name="format">Format of the weights that draft; null for the one that decoding takes.</param>
    /// <param name="resume">Whether to go on from the last checkpoint in the output folder.</param>
    /// <param name="collecting">Receives blocks drafted so far and in all; may be null.</param>
    /// <param name="cancellation">Stops between passes.</param>
    /// <exception cref="InvalidInputException">The recipe and what it names do not fit; resuming: there is no checkpoint, or another recipe made it.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static SelectorTrainer Create(
        SelectorRecipe recipe,
        Checkpoint checkpoint,
        MaskAdapter? adapter,
        WorkerTeam team,
        WeightFormat? format,
        bool resume,
        Action<int, int>? collecting = null,
        CancellationToken cancellation = default) =>
        new(SelectorRun.Create(recipe, checkpoint, adapter, team, format, resume, new CollectionProgress(collecting), cancellation));

    /// <summary>Trains to the last step and puts the finished selector beside the adapter, or the model.</summary>
    /// <param name="report">Called after every step; may be null.</param>
    /// <param name="cancellation">Stops between steps; the last one is saved first.</param>
    /// <returns>The last step's progress; null where none was left to do.</returns>
    /// <exception cref="InvalidInputException">The loss is no longer a number, or a file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public TrainingProgress? Run(Action<TrainingProgress>? report, CancellationToken cancellation)
    {
        TrainingProgress? last = TrainingLoop.Run(this, report, cancellation);
        Folder = _run.SaveSelector();
        return last;
    }

    /// <inheritdoc/>
    public void Dispose() => _run.Dispose();

    string? ITrainingTask.Save(DataPosition position) => _run.Save();

    TrainingProgress ITrainingTask.DoStep(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _frame.Begin();
        int[] blocks = DrawStep();
        _run.Optimizer.ClearGradients();
        (double sum, double weight) = _run.Loss.Run(blocks, addGradients: true);
        double loss = weight > 0 ? sum / weight : 0, norm = _run.Optimizer.GradientNorm(), rate = _recipe.Schedule.At(Step);

        // Blocks are drafted from many documents and mixed, and a selector's loss has no bound that a run must stay below.
        if (LossCheck.Mistake(_recipe.Source, Step + 1, loss, norm, double.PositiveInfinity, []) is { } mistake)
            throw mistake;
        _run.Optimizer.Step(rate, norm);
        long slots = blocks.Length * _run.Blocks.Slots;
        _run.Slots += slots;
        TrainingProgress progress = _frame.End(Step, slots, _run.Slots, (loss, 0, loss), rate, norm);
        return Step == _recipe.Steps || _frame.IsEvaluated(Step) ? Evaluate(progress) : progress;
    }

    private TrainingProgress Evaluate(TrainingProgress progress)
    {
        int[] all = [.. Enumerable.Range(0, _run.HeldOut.Blocks.Count)];
        (double sum, double weight) = _run.HeldOutLoss.Run(all, addGradients: false);
        SelectorEvaluation drafts = _run.HeldOut.Evaluate(_run.Parameters.ToWeights());
        return progress with
        {
            Evaluation = new LossSums(0, weight > 0 ? sum / weight : 0, 0, 1), Drafts = drafts.Selected, PlainDrafts = drafts.Plain, BestDrafts = drafts.Best,
        };
    }

    // All blocks once before any comes again, each time in another order.
    private int[] DrawStep()
    {
        int[] blocks = new int[Math.Min(_recipe.BlocksPerStep, _order.Length)];
        long first = (long)Step * blocks.Length;
        for (int i = 0; i < blocks.Length; i++)
        {
            int epoch = (int)((first + i) / _order.Length);
            if (epoch != _epoch)
                Shuffle(epoch);
            blocks[i] = _order[(first + i) % _order.Length];
        }

        return blocks;
    }

    private void Shuffle(int epoch)
    {
        SplitMix64 random = new(SplitMix64.Mix(_recipe.Seed ^ ((ulong)(epoch + 1) << 32)));
        for (int i = 0; i < _order.Length; i++)
            _order[i] = i;
        for (int i = _order.Length - 1; i > 0; i--)
        {
            int j = random.Below(i + 1);
            (_order[i], _order[j]) = (_order[j], _order[i]);
        }

        _epoch = epoch;
    }
}
