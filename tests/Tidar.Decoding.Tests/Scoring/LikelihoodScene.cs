using Tidar.Decoding.Scoring;
using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;
using Tidar.Models.Transformers;
using Tidar.Tests;

namespace Tidar.Decoding.Tests.Scoring;

/// <summary>A small model with random weights, and its likelihoods by a plain reading of the definitions: every set of masks, one pass for each, nothing cached.</summary>
internal sealed class LikelihoodScene : IDisposable
{
    public const int Mask = 39;

    private readonly WorkerTeam _team;

    public LikelihoodScene(DiffusionConfig? diffusion, TidarConfig? tidar = null, int threads = 2)
    {
        _team = new WorkerTeam(threads);
        ModelConfig config = RandomModel.Config(vocabulary: 40, maxPositions: 64) with { Tidar = tidar, Diffusion = diffusion };
        Model = RandomModel.Create(config, seed: 6, _team, scale: 2);
    }

    public Transformer Model { get; }

    public static LikelihoodScene Masked(bool shifted = false, int threads = 2) => new(new DiffusionConfig(DiffusionKind.Masked, 1, Mask, shifted), threads: threads);

    public static LikelihoodScene Blocks(int length, bool onGrid, int threads = 2) =>
        onGrid ? new(new DiffusionConfig(DiffusionKind.Block, length, Mask), threads: threads) : new(null, new TidarConfig(length, Mask), threads);

    public static int[] Text(int length, int seed = 1) => [.. Enumerable.Range(0, length).Select(i => ((7 * i) + (5 * i * i) + seed) % Mask)];

    public Likelihood Score(int[] prompt, int[] completion, LikelihoodOptions options, long seed = 0) =>
        new LikelihoodScorer(Model, new LikelihoodPlan(options, Model.Config)).Score(prompt, completion, seed);

    /// <summary>Expectation of the estimate for the unknown places of a block behind clean tokens: the mean over l of the mean over sets of l places.</summary>
    public double Expect(int[] before, int[] block, int[] unknown, int cleanBlock, Func<int[], int[], double[][]>? logits = null)
    {
        double total = 0;
        int length = unknown.Length;
        for (int set = 1; set < 1 << length; set++)
        {
            int[] places = [.. unknown.Where((_, i) => (set >> i & 1) != 0)];
            double sum = SumOf(before, block, places, cleanBlock, logits);

            // P(l) = 1/L, P(set | l) = 1 / C(L, l), weight L / l.
            total += sum / length / Binomial(length, places.Length) * length / places.Length;
        }

        return total;
    }

    /// <summary>Log-probability of the tokens at places of a block, when all of them are masked.</summary>
    public double SumOf(int[] before, int[] block, int[] places, int cleanBlock, Func<int[], int[], double[][]>? logits = null)
    {
        int[] shown = [.. block.Select((token, i) => places.Contains(i) ? Mask : token)];
        double[][] rows = (logits ?? ((b, s) => Pass(b, s, cleanBlock)))(before, shown);
        bool shifted = Model.Config.Diffusion is { ShiftedLogits: true };
        return places.Sum(p =>
        {
            double[] row = rows[shifted ? Math.Max(0, p - 1) : p];
            double largest = row.Max();
            return row[block[p]] - largest - Math.Log(row.Sum(l => Math.Exp(l - largest)));
        });
    }

    /// <summary>Logits [block][V] of a block behind clean tokens that see each other in blocks (causally for 1), computed from nothing.</summary>
    public double[][] Pass(int[] before, int[] block, int cleanBlock)
    {
        using KeyValueCache cache = Model.CreateCache(1);
        RowBatch batch = new();
        for (int p = 0; p < before.Length; p += cleanBlock)
            batch.AddCleanBlock(cache, before.AsSpan(p, cleanBlock), p);
        int first = batch.AddBlock(cache, block, before.Length, before.Length);
        Model.Forward(batch);
        float[] logits = new float[block.Length * Model.Config.VocabularySize];
        Model.Logits([.. Enumerable.Range(first, block.Length)], logits);
        return [.. logits.Chunk(Model.Config.VocabularySize).Select(row => row.Select(l => (double)l).ToArray())];
    }

    public void Dispose()
    {
        Model.Dispose();
        _team.Dispose();
    }

    private static double Binomial(int n, int k) => Enumerable.Range(1, k).Aggregate(1.0, (c, i) => c * (n - k + i) / i);
}
