using System.Runtime.InteropServices;
using Tidar.Kernels.Collectives;
using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Memory;
using Tidar.Kernels.Threading;
using Tidar.Models.Weights;
using Tidar.Training.Backpropagation;
using Tidar.Training.Distributed;

namespace Tidar.Training.Optimizer;

/// <summary>
/// AdamW (arXiv 1711.05101) with clipping by the global gradient norm. Weight decay applies to matrices, embedding included, not to norms and biases.
/// </summary>
public sealed class AdamW : IDisposable
{
    private const double ClipEpsilon = 1e-6;

    private readonly WorkerTeam _team;
    private readonly FlatParameters _parameters;
    private readonly AdamWSettings _settings;
    private readonly ParameterShards _shards;
    private readonly ICollectives _ranks;
    private readonly AlignedBuffer<float>? _sums;
    private readonly AlignedBuffer<float> _first;
    private readonly AlignedBuffer<float> _second;
    private readonly double[] _squares;

    /// <summary>Creates the optimizer of a single process with zero moments; gradients are those beside the parameters.</summary>
    public AdamW(WorkerTeam team, FlatParameters parameters, AdamWSettings settings)
        : this(team, parameters, settings, new ParameterShards(parameters), SingleRank.Instance, sums: null)
    {
    }

    /// <summary>Creates this rank's share of the optimizer: it holds moments of its own parts and updates these alone.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="parameters">The weights.</param>
    /// <param name="settings">Constants.</param>
    /// <param name="shards">Who owns what.</param>
    /// <param name="ranks">The other ranks.</param>
    /// <param name="sums">Gradients of the own parts in compact memory; null where they are those beside the parameters.</param>
    internal AdamW(
        WorkerTeam team, FlatParameters parameters, AdamWSettings settings, ParameterShards shards, ICollectives ranks, AlignedBuffer<float>? sums)
    {
        _team = team;
        _parameters = parameters;
        _settings = settings;
        _shards = shards;
        _ranks = ranks;
        _sums = sums;
        _first = new AlignedBuffer<float>(shards.OwnCount);
        _second = new AlignedBuffer<float>(shards.OwnCount);
        _squares = new double[shards.PieceCount];
    }

    /// <summary>Steps done so far.</summary>
    public int Steps { get; set; }

    /// <summary>Both moments of every weight as tensors, to be saved. To read one takes all ranks, each of which reads the same rows.</summary>
    internal IEnumerable<WeightTensor> Tensors(string firstPrefix, string secondPrefix) => _parameters.All.SelectMany(p => new WeightTensor[]
    {
        new ShardedTensor(firstPrefix + p.Name, p, _shards, _first, _ranks), new ShardedTensor(secondPrefix + p.Name, p, _shards, _second, _ranks),
    });

    /// <summary>Takes this rank's part of saved moments.</summary>
    internal void Load(Parameter parameter, WeightTensor first, WeightTensor second)
    {
        ShardedTensor.Load(first, parameter, _shards, _first);
        ShardedTensor.Load(second, parameter, _shards, _second);
    }

    /// <summary>Zeroes all gradients beside the parameters.</summary>
    public void ClearGradients()
    {
        foreach (ShardBucket bucket in _shards.Buckets)
            _parameters.Gradients(bucket.Slice).Clear();
    }

    /// <summary>The L2 norm of all gradients, the same on every rank.</summary>
    public double GradientNorm()
    {
        Array.Clear(_squares);
        NormJob job = new(this);
        _team.Run(ref job, _shards.OwnPieces.Count);
        _ranks.Merge(MemoryMarshal.AsBytes(_squares.AsSpan()));
        return Math.Sqrt(_squares.Sum());
    }

    /// <summary>One step of the own weights with the gradients as they are; <paramref name="gradientNorm"/> above the clip scales them down.</summary>
    public void Step(double learningRate, double gradientNorm)
    {
        Steps++;
        double clip = _settings.ClipNorm > 0 && gradientNorm > _settings.ClipNorm ? _settings.ClipNorm / (gradientNorm + ClipEpsilon) : 1;
        AdamWUpdate update = new()
        {
            LearningRate = (float)learningRate,
            Beta1 = (float)_settings.Beta1,
            Beta2 = (float)_settings.Beta2,
            Epsilon = (float)_settings.Epsilon,
            GradientScale = (float)clip,
            FirstCorrection = (float)(1 / (1 - Power(_settings.Beta1, Steps))),
            SecondCorrection = (float)(1 / (1 - Power(_settings.Beta2, Steps))),
        };
        StepJob job = new(this, update);
        _team.Run(ref job, _shards.OwnPieces.Count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    // By squaring: the same bits on every platform, which Math.Pow does not promise.
    private static double Power(double value, int exponent)
    {
        double result = 1;
        for (; exponent > 0; exponent >>= 1, value *= value)
        {
            if ((exponent & 1) == 1)
                result *= value;
        }

        return result;
    }

    private Span<float> Gradients(ShardPiece piece) =>
        _sums is null ? _parameters.Gradients(piece.Slice) : _sums.Slice(piece.Offset, piece.Slice.Length);

    private readonly struct NormJob(AdamW owner) : IJob
    {
        public void Execute(int item, int worker)
        {
            ShardPiece piece = owner._shards.OwnPieces[item];
            owner._squares[piece.Index] = Reduction.SumOfSquares(owner.Gradients(piece));
        }
    }

    private readonly struct StepJob(AdamW owner, AdamWUpdate update) : IJob
    {
        private readonly AdamWUpdate _update = update;

        public void Execute(int item, int worker)
        {
            ShardPiece piece = owner._shards.OwnPieces[item];
            int length = piece.Slice.Length;
            float decay = piece.IsDecayed ? (float)owner._settings.WeightDecay : 0;
            _update.Run(
                owner._parameters.Values(piece.Slice), owner.Gradients(piece), owner._first.Slice(piece.Offset, length), owner._second.Slice(piece.Offset, length), decay);
        }
    }
}
