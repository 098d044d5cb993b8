using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Memory;
using Tidar.Kernels.Threading;
using Tidar.Models.Weights;
using Tidar.Training.Backpropagation;
using Tidar.Training.Checkpoints;

namespace Tidar.Training.Optimizer;

/// <summary>
/// AdamW (arXiv 1711.05101) with clipping by the global gradient norm. Weight decay applies to matrices, embedding included, not to norms and biases.
/// </summary>
public sealed class AdamW : IDisposable
{
    // Work is cut in pieces of fixed size, so sums do not depend on the number of threads.
    private const int Piece = 1 << 14;
    private const double ClipEpsilon = 1e-6;

    private readonly WorkerTeam _team;
    private readonly FlatParameters _parameters;
    private readonly AdamWSettings _settings;
    private readonly AlignedBuffer<float> _first;
    private readonly AlignedBuffer<float> _second;
    private readonly List<(ParameterSlice Slice, float Decay)> _pieces = [];
    private readonly double[] _squares;

    /// <summary>Creates the optimizer with zero moments.</summary>
    public AdamW(WorkerTeam team, FlatParameters parameters, AdamWSettings settings)
    {
        _team = team;
        _parameters = parameters;
        _settings = settings;
        _first = new AlignedBuffer<float>(parameters.Count);
        _second = new AlignedBuffer<float>(parameters.Count);
        foreach (Parameter parameter in parameters.All)
        {
            for (int start = 0; start < parameter.Slice.Length; start += Piece)
            {
                ParameterSlice slice = new(parameter.Slice.Start + start, Math.Min(Piece, parameter.Slice.Length - start));
                _pieces.Add((slice, parameter.IsDecayed ? (float)settings.WeightDecay : 0));
            }
        }

        _squares = new double[_pieces.Count];
    }

    /// <summary>Steps done so far.</summary>
    public int Steps { get; set; }

    /// <summary>First moments of a range.</summary>
    public Span<float> FirstMoments(ParameterSlice slice) => _first.Slice(slice.Start, slice.Length);

    /// <summary>Second moments of a range.</summary>
    public Span<float> SecondMoments(ParameterSlice slice) => _second.Slice(slice.Start, slice.Length);

    /// <summary>Both moments of every weight as tensors, to be saved.</summary>
    internal IEnumerable<WeightTensor> Tensors(string firstPrefix, string secondPrefix) => _parameters.All.SelectMany(p => new WeightTensor[]
    {
        new FlatTensor(firstPrefix + p.Name, p.Shape, _first, p.Slice.Start), new FlatTensor(secondPrefix + p.Name, p.Shape, _second, p.Slice.Start),
    });

    /// <summary>Zeroes all gradients.</summary>
    public void ClearGradients()
    {
        foreach ((ParameterSlice slice, _) in _pieces)
            _parameters.Gradients(slice).Clear();
    }

    /// <summary>The L2 norm of all gradients.</summary>
    public double GradientNorm()
    {
        NormJob job = new(this);
        _team.Run(ref job, _pieces.Count);
        return Math.Sqrt(_squares.Sum());
    }

    /// <summary>One step with the gradients as they are; <paramref name="gradientNorm"/> above the clip scales them down.</summary>
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
        _team.Run(ref job, _pieces.Count);
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

    private readonly struct NormJob(AdamW owner) : IJob
    {
        public void Execute(int item, int worker) => owner._squares[item] = Reduction.SumOfSquares(owner._parameters.Gradients(owner._pieces[item].Slice));
    }

    private readonly struct StepJob(AdamW owner, AdamWUpdate update) : IJob
    {
        private readonly AdamWUpdate _update = update;

        public void Execute(int item, int worker)
        {
            (ParameterSlice slice, float decay) = owner._pieces[item];
            _update.Run(owner._parameters.Values(slice), owner._parameters.Gradients(slice), owner.FirstMoments(slice), owner.SecondMoments(slice), decay);
        }
    }
}
