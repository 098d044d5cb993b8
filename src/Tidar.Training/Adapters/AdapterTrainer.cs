using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Training.Checkpoints;
using Tidar.Training.Data;
using Tidar.Training.Losses;
using Tidar.Training.Recipes;
using Tidar.Training.Selectors;

namespace Tidar.Training.Adapters;

/// <summary>
/// Trains an adapter on mask rows by a recipe: steps, held-out draft lengths, checkpoints, metrics. A run is decided by recipe, data and base model to the bit,
/// whatever the number of threads and wherever it was interrupted and resumed.
/// </summary>
public sealed class AdapterTrainer : IDisposable, ITrainingTask
{
    private readonly AdapterRecipe _recipe;
    private readonly AdapterRun _run;
    private readonly StepFrame _frame;
    private readonly float[] _slotWeights;
    private List<PreparedDocument>? _heldOut;

    private AdapterTrainer(AdapterRun run)
    {
        _recipe = run.Recipe;
        _run = run;
        _frame = new StepFrame(_recipe.Steps, _recipe.EvaluateEvery);
        _slotWeights = new float[_recipe.DraftLength];
        _slotWeights[0] = (float)_recipe.FirstSlotWeight;
        double weight = 1;
        for (int slot = 1; slot < _slotWeights.Length; slot++, weight *= _recipe.SlotDecay)
            _slotWeights[slot] = (float)weight;
    }

    /// <summary>Number of trained weights.</summary>
    public long ParameterCount => _run.Parameters.Count + (_run.Selector?.Parameters.Count ?? 0);

    /// <summary>Optimizer steps done so far.</summary>
    public int Step => _run.Optimizer.Steps;

    /// <summary>The folder of the finished adapter, after <see cref="Run"/>.</summary>
    public string? AdapterFolder { get; private set; }

    int ITrainingTask.Steps => _recipe.Steps;

    string ITrainingTask.Output => _recipe.Output;

    int ITrainingTask.CheckpointEvery => _recipe.CheckpointEvery;

    bool ITrainingTask.IsWriter => true;

    DataPosition ITrainingTask.Position => _run.Position;

    /// <summary>Begins a run, or goes on from its last checkpoint.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="checkpoint">The base model; it must stay open.</param>
    /// <param name="team">Threads.</param>
    /// <param name="format">Format of the weights that the clean half is run with; null keeps every weight's exact value.</param>
    /// <param name="resume">Whether to go on from the last checkpoint in the output folder.</param>
    /// <exception cref="InvalidInputException">The recipe and what it names do not fit; resuming: there is no checkpoint, or another recipe made
    /// it.</exception>
    public static AdapterTrainer Create(AdapterRecipe recipe, Checkpoint checkpoint, WorkerTeam team, WeightFormat? format, bool resume) =>
        new(resume ? AdapterRun.Resume(recipe, checkpoint, team, format) : AdapterRun.Start(recipe, checkpoint, team, format));

    /// <summary>Whether the recipe's output folder has a checkpoint to go on from.</summary>
    public static bool HasCheckpoint(AdapterRecipe recipe) => new CheckpointFolder(recipe.Output).Latest is not null;

    /// <summary>Trains to the last step and writes the finished adapter.</summary>
    /// <param name="report">Called after every step; may be null.</param>
    /// <param name="cancellation">Stops between passes; what is lost is at most the work since the last whole step, which is saved first.</param>
    /// <returns>The last step's progress; null where none was left to do.</returns>
    /// <exception cref="InvalidInputException">The loss is no longer a number, or a file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public TrainingProgress? Run(Action<TrainingProgress>? report, CancellationToken cancellation)
    {
        TrainingProgress? last = TrainingLoop.Run(this, report, cancellation);
        AdapterFolder = _run.SaveAdapter();
        return last;
    }

    /// <inheritdoc/>
    public void Dispose() => _run.Dispose();

    string? ITrainingTask.Save(DataPosition position) => _run.Save(position);

    TrainingProgress ITrainingTask.DoStep(CancellationToken cancellation)
    {
        _frame.Begin();
        PreparedDocument[] documents = [.. Enumerable.Range(0, _recipe.DocumentsPerStep).Select(_ => _run.Next())];
        (double loss, double selectorLoss, long rows) = AddGradients(documents, cancellation);
        double norm = _run.Optimizer.GradientNorm(), rate = _recipe.Schedule.At(Step);
        double limit = LossCheck.Limit(_run.Parameters.Shape.Model.VocabularySize);
        if (LossCheck.Mistake(_recipe.Source, Step + 1, loss + selectorLoss, norm, limit, documents.Select(static d => d.Place)) is { } mistake)
            throw mistake;
        _run.Optimizer.Step(rate, norm);
        _run.Selector?.Optimizer.Step(rate, _run.Selector.Optimizer.GradientNorm());
        _run.Decoder.Refresh();
        _run.Rows += rows;
        TrainingProgress progress = _frame.End(Step, rows, _run.Rows, (loss + selectorLoss, 0, loss), rate, norm);
        if (!_frame.IsEvaluated(Step))
            return progress;
        (LossSums heldOut, DraftEvaluation plain, SelectorEvaluation? selector) = Evaluate();
        return progress with { Evaluation = heldOut, Drafts = selector?.Selected ?? plain, PlainDrafts = selector?.Plain, BestDrafts = selector?.Best };
    }

    // One step's gradients, round by round: mean losses of the slots and of the selector, and the rows they took.
    private (double Loss, double SelectorLoss, long Rows) AddGradients(PreparedDocument[] documents, CancellationToken cancellation)
    {
        BlockWalk walk = new(documents, [.. documents.Select(_ => _recipe.BlocksPerDocument)], _recipe.Rounds, SeedOf);
        IReadOnlyList<KeyValueCache> prefixes = _run.Clean.Run(
            documents, out IReadOnlyList<TokenDistribution?[]> targets, _recipe.SoftShare > 0 ? _recipe.SoftTokens : 0, _recipe.SoftShare);
        _run.Optimizer.ClearGradients();
        _run.Selector?.Optimizer.ClearGradients();
        double loss = 0, selectorLoss = 0;
        long rows = 0;
        Dictionary<(PreparedDocument Document, int Start), int> reached = [];
        do
        {
            MaskBatch[] passes = [.. Passes(walk.Starts).Select(pass => Lay(pass, documents, walk.Starts, prefixes, targets))];

            // A round in which no block has a target left has nothing to say.
            double weight = Math.Max(double.Epsilon, passes.Sum(static p => p.Targets.Sum(static t => (double)t.Weight))) * _recipe.Rounds;
            double share = 1.0 / (_recipe.Rounds * passes.Length);
            foreach (MaskBatch batch in passes)
            {
                cancellation.ThrowIfCancellationRequested();
                _run.Selector?.Begin(batch, share);
                loss += _run.Decoder.AddGradients(batch, 1 / weight, _run.Selector, judges: _recipe.Rounds > 1 && _run.Selector is null) / weight;
                selectorLoss += share * (_run.Selector?.Loss ?? 0);
                rows += batch.Rows;
                if (_recipe.Rounds > 1)
                    NoteReached(batch, reached);
            }
        }
        while (walk.Advance((document, start) => reached[(documents[document], start)]));

        return (loss, selectorLoss, rows);
    }

    private ulong SeedOf(int document) => SplitMix64.Mix(_recipe.Seed + ((ulong)Step << 20) + (ulong)document);

    // Documents whose blocks go through one pass together.
    private List<List<int>> Passes(int[][] starts)
    {
        List<List<int>> passes = [];
        int room = 0;
        for (int d = 0; d < starts.Length; d++)
        {
            int rows = starts[d].Length * _recipe.DraftLength;
            if (passes.Count == 0 || rows > room)
            {
                passes.Add([]);
                room = _recipe.RowsPerPass;
            }

            passes[^1].Add(d);
            room -= rows;
        }

        return passes;
    }

    private MaskBatch Lay(
        List<int> pass, PreparedDocument[] documents, int[][] starts, IReadOnlyList<KeyValueCache> prefixes, IReadOnlyList<TokenDistribution?[]> targets)
    {
        MaskBatch batch = new(_run.Parameters.Shape, pass.Sum(d => starts[d].Length));
        foreach (int d in pass.Where(d => starts[d].Length > 0))
        {
            batch.Blocks.AddRange(starts[d].Select(start => (documents[d], start)));
            batch.Add(prefixes[d], starts[d], (start, slot) =>
            {
                int position = start + slot;
                float weight = _slotWeights[slot];
                return position < documents[d].Tokens.Length && weight > 0 && targets[d][position] is { } target ? new MaskTarget(0, target, weight) : null;
            });
        }

        return batch;
    }

    // How far the drafts of a pass's blocks reached, as decoding would make them: slot 0 is decided, a slot without a target ends a block.
    private void NoteReached(MaskBatch batch, Dictionary<(PreparedDocument Document, int Start), int> reached)
    {
        for (int i = 0; i < batch.Blocks.Count; i++)
            reached[batch.Blocks[i]] = _run.Selector?.Reached[i] ?? 1;
        if (_run.Selector is not null)
            return;
        for (int i = 0; i < batch.Targets.Count; i++)
        {
            int row = batch.Targets[i].Row, slot = row % _recipe.DraftLength;
            (PreparedDocument Document, int Start) block = batch.Blocks[row / _recipe.DraftLength];
            if (slot == reached[block] && _run.Decoder.Correct[i])
                reached[block]++;
        }
    }

    // Every place of the held-out answers, with certain targets: how often is which slot right, and how far does decoding step?
    private (LossSums Loss, DraftEvaluation Drafts, SelectorEvaluation? Selector) Evaluate()
    {
        _heldOut ??= _run.HeldOut();
        using HeldOutDrafts? walked = _run.Selector is { } selector ? new HeldOutDrafts(_heldOut, selector.Parameters.Shape, _run.Embedding()) : null;
        DraftRecorder? recorder = walked is null ? null : new DraftRecorder(walked.Blocks);
        DraftSimulation? simulation = walked is null ? new DraftSimulation(_recipe.DraftLength) : null;
        double loss = 0, weight = 0;
        foreach (PreparedDocument document in _heldOut)
        {
            IReadOnlyList<KeyValueCache> prefixes = _run.Clean.Run([document], out IReadOnlyList<TokenDistribution?[]> targets, 0, 0);
            HashSet<(int Start, int Slot)> right = [];
            foreach (int[] starts in document.Starts().Chunk(Math.Max(1, _recipe.RowsPerPass / _recipe.DraftLength)))
            {
                List<(int Start, int Slot)> places = [];
                MaskBatch batch = new(_run.Parameters.Shape, starts.Length);
                batch.Blocks.AddRange(starts.Select(start => (document, start)));
                batch.Add(prefixes[0], starts, (start, slot) =>
                {
                    int position = start + slot;
                    if (slot == 0 || position >= document.Tokens.Length || targets[0][position] is not { } target)
                        return null;
                    places.Add((start, slot));
                    return new MaskTarget(0, target, _slotWeights[slot]);
                });
                loss += _run.Decoder.Evaluate(batch, recorder);
                weight += batch.Targets.Sum(t => (double)t.Weight);
                for (int i = 0; i < places.Count; i++)
                {
                    if (_run.Decoder.Correct[i])
                        right.Add(places[i]);
                }
            }

            foreach ((int first, int end) in document.Answers())
                simulation?.Add(first, end, (start, slot) => right.Contains((start, slot)));
        }

        SelectorEvaluation? selected = walked?.Evaluate(_run.Selector!.Parameters.ToWeights());
        return (new LossSums(0, loss / weight, 0, 1), selected?.Plain ?? simulation!.Result(), selected);
    }
}
