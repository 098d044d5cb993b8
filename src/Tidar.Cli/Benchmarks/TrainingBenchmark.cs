using System.Diagnostics;
using Tidar.Cli.Hosting;
using Tidar.Evaluation.Benchmarks;
using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;
using Tidar.Models.Weights;
using Tidar.Training;
using Tidar.Training.Backpropagation;
using Tidar.Training.Losses;
using Tidar.Training.Optimizer;

namespace Tidar.Cli.Benchmarks;

/// <summary>Whole optimizer steps of full training on random tokens, beside the bfloat16 peak.</summary>
internal sealed class TrainingBenchmark : IDisposable
{
    private const int TokenSeed = 1;

    private readonly CommandContext _context;
    private readonly WorkerTeam _team;
    private readonly ParameterSet _parameters;
    private readonly TrainableDecoder _decoder;
    private readonly AdamW _optimizer;
    private readonly TrainingBatch _batch;
    private readonly LossWeights _weights;

    /// <summary>Sets the model and the batch up.</summary>
    public TrainingBenchmark(CommandContext context, Checkpoint checkpoint, TrainingBenchmarkSettings settings)
    {
        _context = context;
        Settings = settings;
        ModelConfig config = checkpoint.Config;
        _team = new WorkerTeam(settings.Threads);
        _parameters = new ParameterSet(config);
        _parameters.Load(checkpoint);
        _decoder = new TrainableDecoder(_team, _parameters, settings.Precision, settings.Recomputes);
        _decoder.Refresh();
        _optimizer = new AdamW(_team, _parameters, new AdamWSettings());
        Random tokens = new(TokenSeed);
        TokenSequence[] documents = [.. Enumerable.Range(0, settings.Rows).Select(_ => new TokenSequence(
            [.. Enumerable.Range(0, settings.RowTokens).Select(_ => tokens.Next(config.VocabularySize - 1))]))];
        _batch = new TidarLayout(TrainingObjective.Tidar, settings.DraftLength, config.VocabularySize - 1).Build(documents);
        _weights = LossWeights.For(TrainingObjective.Tidar, 1, _batch.AutoregressiveTargets, _batch.DiffusionTargets);
        Cost = TrainingCost.Of(config, _batch);
    }

    public TrainingBenchmarkSettings Settings { get; }

    /// <summary>Operations of a step.</summary>
    public TrainingCost Cost { get; }

    /// <summary>Number of weights.</summary>
    public long Parameters => _parameters.Count;

    /// <summary>Clean and mask rows of a step.</summary>
    public int Slots => _batch.Rows;

    /// <summary>Clean tokens of a step.</summary>
    public int Tokens => _batch.CleanRows;

    /// <summary>Times steps, after one that is not counted.</summary>
    public Timing Measure(int repetitions)
    {
        List<double> seconds = [];
        for (int i = 0; i <= repetitions; i++)
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            Step();
            if (i > 0)
                seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return Timing.Of(seconds);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable part in new IDisposable[] { _optimizer, _decoder, _parameters, _team })
            part.Dispose();
    }

    private void Step()
    {
        _optimizer.ClearGradients();
        _decoder.AddGradients(_batch, _weights);
        _optimizer.Step(learningRate: 1e-5, _optimizer.GradientNorm());
        _decoder.Refresh();
    }
}
