using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models.Transformers;
using Tidar.Training.Backpropagation;

namespace Tidar.Training.Selectors;

/// <summary>One map of token embeddings, [rank, hidden], over the distinct tokens of a step, forward and backward.</summary>
internal sealed class TokenMaps : IDisposable
{
    private readonly WorkerTeam _team;
    private readonly LinearGradient _gradient;
    private readonly PackedOperand _packed = new();
    private readonly SelectorParameters _parameters;
    private readonly TokenUse _use;
    private readonly ParameterSlice _weights;
    private readonly int _rank;
    private readonly Activation _results;
    private readonly Activation _gradients;

    public TokenMaps(WorkerTeam team, LinearGradient gradient, SelectorParameters parameters, TokenUse use, ParameterSlice weights)
    {
        (_team, _gradient, _parameters, _use, _weights) = (team, gradient, parameters, use, weights);
        _rank = parameters.Shape.Rank;
        _results = new Activation(_rank);
        _gradients = new Activation(_rank);
    }

    /// <summary>What a use contributes to its token's gradient: a vector [rank], and what it is multiplied by.</summary>
    public delegate Contribution ContributionOf(int use);

    /// <summary>Maps all distinct tokens.</summary>
    public void Forward()
    {
        _packed.PackTransposed(_team, _parameters.Values(_weights), _rank, _use.Embeddings.Width);
        _packed.Multiply(_team, _use.Embeddings.Rows(_use.Count), _use.Count, _results.Rows(_use.Count));
    }

    /// <summary>The result of a distinct token, [rank].</summary>
    public ReadOnlySpan<float> Result(int index) => _results.Row(index);

    /// <summary>The result of the token of a use, [rank]; empty where it uses none.</summary>
    public ReadOnlySpan<float> Of(int use) => _use.IndexOf(use) is var index && index < 0 ? default : Result(index);

    /// <summary>Adds up the contributions of every token's uses, and with them the map's gradient.</summary>
    public void Backward(ContributionOf contribution)
    {
        int count = _use.Count;
        Span<float> gradients = _gradients.Rows(count);
        gradients.Clear();
        SumJob job = new(this, contribution);
        _team.Run(ref job, count);
        _gradient.AddWeights(gradients, _use.Embeddings.Rows(count), count, _rank, _parameters.Gradients(_weights));
    }

    public void Dispose()
    {
        _packed.Dispose();
        _results.Dispose();
        _gradients.Dispose();
    }

    /// <summary>A vector, and what it is multiplied by.</summary>
    public readonly ref struct Contribution(ReadOnlySpan<float> vector, float factor)
    {
        public ReadOnlySpan<float> Vector { get; } = vector;

        public float Factor { get; } = factor;
    }

    private readonly struct SumJob(TokenMaps owner, ContributionOf contribution) : IJob
    {
        public void Execute(int item, int worker)
        {
            Span<float> sum = owner._gradients.Row(item);
            foreach (int use in owner._use.Uses(item))
            {
                Contribution part = contribution(use);
                Activations.AddScaled(sum, part.Vector, part.Factor, sum);
            }
        }
    }
}
