using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;
using Tidar.Models.Weights;
using Tidar.Tests;
using Tidar.Training.Backpropagation;
using Tidar.Training.Losses;

namespace Tidar.Training.Tests;

/// <summary>A small random model under full training, and a batch of three packed documents, one with labels on its second half alone.</summary>
internal sealed class TrainingScene : IDisposable
{
    private const int DraftLength = 4;

    public TrainingScene(
        ModelArchitecture architecture, TrainingPrecision precision = TrainingPrecision.Float32, int threads = 2, bool recomputes = false)
    {
        ModelConfig config = RandomModel.Config(architecture, draftLength: DraftLength);
        using Checkpoint checkpoint = Checkpoint.InMemory(config, [.. RandomModel.Tensors(config, seed: 5)]);
        Team = new WorkerTeam(threads);
        Parameters = new ParameterSet(config);
        Parameters.Load(checkpoint);
        Decoder = new TrainableDecoder(Team, Parameters, precision, recomputes);
        Decoder.Refresh();
        Layout = new TidarLayout(TrainingObjective.Tidar, DraftLength, config.Tidar!.MaskTokenId);
        Random random = new(11);
        Documents = [Document(random, 70, labelledFrom: 0), Document(random, 9, labelledFrom: 0), Document(random, 30, labelledFrom: 15)];
    }

    public WorkerTeam Team { get; }

    public ParameterSet Parameters { get; }

    public TrainableDecoder Decoder { get; }

    public TidarLayout Layout { get; }

    public TokenSequence[] Documents { get; }

    /// <summary>Zeroes the gradients, then adds those of all documents, worked through in so many parts.</summary>
    /// <returns>The total loss.</returns>
    public double Differentiate(int parts = 1)
    {
        foreach (Parameter parameter in Parameters.All)
            Parameters.Gradients(parameter.Slice).Clear();
        (TrainingBatch[] batches, LossWeights weights) = Batches(parts);
        LossSums sums = default;
        foreach (TrainingBatch batch in batches)
            sums += Decoder.AddGradients(batch, weights);
        return weights.Total(sums);
    }

    /// <summary>The total loss alone.</summary>
    public double Loss()
    {
        (TrainingBatch[] batches, LossWeights weights) = Batches(1);
        return weights.Total(Decoder.Evaluate(batches[0]));
    }

    public float[] Gradient(Parameter parameter) => Parameters.Gradients(parameter.Slice).ToArray();

    public float[] AllGradients() => [.. Parameters.All.SelectMany(Gradient)];

    public void Dispose()
    {
        foreach (IDisposable part in new IDisposable[] { Decoder, Parameters, Team })
            part.Dispose();
    }

    private (TrainingBatch[] Batches, LossWeights Weights) Batches(int parts)
    {
        TrainingBatch[] batches = [.. Documents.Chunk((Documents.Length + parts - 1) / parts).Select(Layout.Build)];
        return (batches, LossWeights.For(TrainingObjective.Tidar, 1, batches.Sum(b => b.AutoregressiveTargets), batches.Sum(b => b.DiffusionTargets)));
    }

    private TokenSequence Document(Random random, int length, int labelledFrom) => new(
        [.. Enumerable.Range(0, length).Select(_ => random.Next(Parameters.Config.VocabularySize - 1))],
        labelledFrom == 0 ? null : [.. Enumerable.Range(0, length).Select(i => i >= labelledFrom)]);
}
