using System.Text.Json;
using Tidar.Kernels.Threading;
using Tidar.Models.Weights;
using Tidar.Models.Weights.Safetensors;
using Tidar.Training.Backpropagation;
using Tidar.Training.Losses;
using Tidar.Training.Optimizer;

namespace Tidar.Training.Tests;

/// <summary>A model of the goldens with everything that a training step needs.</summary>
internal sealed class GoldenRun : IDisposable
{
    private readonly WorkerTeam _team;

    public GoldenRun(
        string folder,
        int threads = 2,
        AdamWSettings? settings = null,
        TrainingPrecision precision = TrainingPrecision.Float32,
        bool recomputes = false)
    {
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        _team = new WorkerTeam(threads);
        Parameters = new ParameterSet(checkpoint.Config);
        Parameters.Load(checkpoint);
        Decoder = new TrainableDecoder(_team, Parameters, precision, recomputes);
        Optimizer = new AdamW(_team, Parameters, settings ?? new AdamWSettings());
    }

    public ParameterSet Parameters { get; }

    public TrainableDecoder Decoder { get; }

    public AdamW Optimizer { get; }

    /// <summary>Zeroes the gradients, then adds those of the batch, worked through in so many parts.</summary>
    public (LossSums Sums, double Total) Differentiate(TidarLayout layout, TrainingObjective objective, double alpha, TokenSequence[] documents, int parts = 1)
    {
        Decoder.Refresh();
        Optimizer.ClearGradients();
        TrainingBatch[] batches = [.. documents.Chunk((documents.Length + parts - 1) / parts).Select(layout.Build)];
        LossWeights weights = LossWeights.For(objective, alpha, batches.Sum(b => b.AutoregressiveTargets), batches.Sum(b => b.DiffusionTargets));
        LossSums sums = default;
        foreach (TrainingBatch batch in batches)
            sums += Decoder.AddGradients(batch, weights);
        return (sums, weights.Total(sums));
    }

    public float[] AllGradients() => [.. Parameters.All.SelectMany(p => Parameters.Gradients(p.Slice).ToArray())];

    /// <summary>Largest distance between gradients and a golden file; the file may hold some of the parameters only.</summary>
    public double GradientError(string file)
    {
        using SafetensorsFile golden = SafetensorsFile.Open(file);
        Assert.NotEmpty(golden.Tensors);
        return golden.Tensors.Max(t => Errors(t, Parameters.Gradients(Parameters[t.Name].Slice)).Max());
    }

    /// <summary>Largest and mean distance between weights and a golden file.</summary>
    public (double Largest, double Mean) WeightError(string file)
    {
        using SafetensorsFile golden = SafetensorsFile.Open(file);
        double[] errors = [.. golden.Tensors.SelectMany(t => Errors(t, Parameters.Values(Parameters[t.Name].Slice)))];
        Assert.Equal(Parameters.Count, errors.Length);
        return (errors.Max(), errors.Average());
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        Decoder.Dispose();
        Parameters.Dispose();
        _team.Dispose();
    }

    public static JsonElement ReadJson(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }

    public static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetInt32())];

    public static bool[] Flags(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetBoolean())];

    private static double[] Errors(WeightTensor expected, Span<float> actual)
    {
        float[] values = expected.ReadAll();
        Assert.Equal(values.Length, actual.Length);
        double[] errors = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            Assert.True(float.IsFinite(actual[i]), expected.Name);
            errors[i] = Math.Abs((double)values[i] - actual[i]);
        }

        return errors;
    }
}
