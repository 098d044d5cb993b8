using Tidar.Kernels.Collectives;
using Tidar.Kernels.Threading;
using Tidar.Models;
using Tidar.Training.Data;
using Tidar.Training.Distributed;
using Tidar.Training.Evaluation;
using Tidar.Training.Losses;
using Tidar.Training.Recipes;

namespace Tidar.Training;

/// <summary>
/// Runs a recipe: steps, held-out losses, checkpoints, metrics. A run is decided by recipe and data to the bit, whatever the number of threads and ranks and
/// wherever it was interrupted and resumed.
/// </summary>
public sealed class Trainer : IDisposable, ITrainingTask
{
    private const ulong HeldOutMasks = 0x5EED;

    private readonly Recipe _recipe;
    private readonly TrainingRun _run;
    private readonly StepFrame _frame;
    private List<List<TokenSequence>>? _heldOut;
    private RankedPasses? _heldOutPasses;

    private Trainer(TrainingRun run)
    {
        _recipe = run.Recipe;
        _run = run;
        _frame = new StepFrame(_recipe.Steps, _recipe.EvaluateEvery);
    }

    /// <summary>Number of weights.</summary>
    public long ParameterCount => _run.Parameters.Count;

    /// <summary>Optimizer steps done so far.</summary>
    public int Step => _run.Optimizer.Steps;

    /// <summary>The folder of the finished model, after <see cref="Run"/>; null on other ranks than the first, which writes all files.</summary>
    public string? ModelFolder { get; private set; }

    /// <summary>Begins a run, or goes on from its last checkpoint.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="team">Threads.</param>
    /// <param name="resume">Whether to go on from the last checkpoint in the output folder.</param>
    /// <param name="ranks">The processes that train together, all of which call this; null for one alone. It must stay open.</param>
    /// <exception cref="InvalidInputException">The recipe and what it names do not fit; resuming: there is no checkpoint, or another recipe made
    /// it.</exception>
    /// <exception cref="OtherRankException">It failed on all ranks, or on another; that one says why.</exception>
    public static Trainer Create(Recipe recipe, WorkerTeam team, bool resume, ICollectives? ranks = null)
    {
        ranks ??= SingleRank.Instance;
        TrainingRun run = ranks.Together(() => resume ? TrainingRun.Resume(recipe, team, ranks) : TrainingRun.Start(recipe, team, ranks));
        if (ranks.FirstDifference(run.Fingerprint()) is not { } other)
            return new Trainer(run);
        run.Dispose();
        throw ranks.Shared(new InvalidInputException(
            recipe.Source, $"rank {other}", "the recipe, data and checkpoint of rank 0 (all ranks read the same files)", "others"));
    }

    /// <summary>Trains to the last step and writes the finished model.</summary>
    /// <param name="report">Called after every step; may be null.</param>
    /// <param name="cancellation">Stops between passes; what is lost is at most the work since the last whole step, which is saved first.</param>
    /// <returns>The last step's progress.</returns>
    /// <exception cref="InvalidInputException">The loss is no longer a number, or a file cannot be written.</exception>
    /// <exception cref="OtherRankException">The loss is no longer a number, which rank 0 says.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, here or on another rank.</exception>
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

    bool ITrainingTask.IsWriter => _run.Ranks.Rank == 0;

    DataPosition ITrainingTask.Position => _run.Packer.Position;

    string? ITrainingTask.Save(DataPosition position) => _run.Save(position);

    TrainingProgress ITrainingTask.DoStep(CancellationToken cancellation)
    {
        _frame.Begin();
        List<List<TokenSequence>> rows = DrawStep();
        RankedPasses passes = Lay(rows);
        LossWeights weights = LossWeights.For(_recipe.Objective, _recipe.Alpha, passes.Targets.AutoregressiveTargets, passes.Targets.DiffusionTargets);
        LossSums sums = AddGradients(passes, weights, cancellation);
        double loss = weights.Total(sums), norm = _run.Optimizer.GradientNorm(), rate = _recipe.Schedule.At(Step);
        CheckLoss(loss, norm, sums, rows);
        _run.Optimizer.Step(rate, norm);
        _run.Exchange.GatherWeights();
        _run.Decoder.Refresh();
        long tokens = passes.TextTokens;
        _run.Tokens += tokens;
        TrainingProgress progress = _frame.End(Step, tokens, _run.Tokens, (loss, sums.AutoregressiveMean, sums.DiffusionMean), rate, norm);
        if (!_frame.IsEvaluated(Step))
            return progress;
        LossSums heldOut = Evaluate();
        bool drafts = _recipe.Objective.TrainsDrafts && _recipe.DraftLength > 1 && _recipe.DraftRows > 0 && _run.Ranks.Rank == 0;
        return progress with { Evaluation = heldOut, Drafts = drafts ? EvaluateDrafts() : null };
    }

    // Weights of 1/t make the random masks' mean loss jump; of them, only what is no number stops a run.
    private void CheckLoss(double loss, double norm, LossSums sums, List<List<TokenSequence>> rows)
    {
        double steady = double.IsFinite(loss) && _recipe.Objective.MasksAtRandom ? sums.AutoregressiveMean : loss;
        double limit = LossCheck.Limit(_run.Parameters.Config.VocabularySize);
        if (LossCheck.Mistake(_recipe.Source, Step + 1, steady, norm, limit, rows.SelectMany(static r => r).Select(static d => d.Place)) is { } mistake)
            throw _run.Ranks.Shared(mistake);
    }

    // Every rank draws every row: which rows a step has, and what masks them, does not depend on the number of ranks.
    private List<List<TokenSequence>> DrawStep()
    {
        List<List<TokenSequence>> rows = [.. Enumerable.Range(0, _recipe.RowsPerStep).Select(_ => _run.Packer.Next())];
        return _recipe.Objective.MasksAtRandom ? Mask(rows, SplitMix64.Mix(_recipe.Seed + ((ulong)Step << 20))) : rows;
    }

    private LossSums AddGradients(RankedPasses passes, LossWeights weights, CancellationToken cancellation)
    {
        GradientExchange exchange = _run.Exchange;
        List<LossSums> sums = [];
        for (int round = 0; round < passes.Rounds; round++)
        {
            if (_run.Stop.Ask(cancellation.IsCancellationRequested))
            {
                exchange.Finish();
                throw new OperationCanceledException(cancellation);
            }

            exchange.BeginRound(passes.Senders(round), isFirst: round == 0);
            if (round < passes.Own.Count)
                sums.Add(_run.Decoder.AddGradients(passes.Own[round], weights, exchange));
            else
                exchange.SitOut();
        }

        exchange.Finish();
        return passes.Total(sums);
    }

    private List<List<TokenSequence>> Mask(List<List<TokenSequence>> rows, ulong seed)
    {
        ulong number = 0;
        return [.. rows.Select(row => row
            .Select(d => d with { Masking = MaskSampler.Draw(d.Tokens.Length, _run.Layout.BlockLength(d), SplitMix64.Mix(seed + number++)) })
            .ToList())];
    }

    private RankedPasses Lay(List<List<TokenSequence>> rows) => new(rows, _recipe.RowsPerPass, _run.Layout, _run.Ranks);

    // TiDAR: full masks also where training masks at random, for one-step denoising is what decoding asks of the model. Where decoding takes many steps: masks at random, the same ones
    // every time, so that the loss is an estimate of the bound on the negative log-likelihood.
    private LossSums Evaluate()
    {
        _heldOut ??= _run.HeldOutRows();
        _heldOutPasses ??= Lay(_recipe.Objective.DenoisesInSteps ? Mask(_heldOut, HeldOutMasks) : _heldOut);
        return _heldOutPasses.Total(_heldOutPasses.Own.Select(pass => _run.Decoder.Evaluate(pass)));
    }

    private DraftEvaluation EvaluateDrafts() => DraftMeasurement.Measure(
        _run.Decoder, _run.Layout, [.. _heldOut!.Take(_recipe.DraftRows).SelectMany(static r => r)], _recipe.RowsPerPass * _recipe.RowTokens);
}
