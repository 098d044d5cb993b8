namespace Tidar.Training.Backpropagation;

/// <summary>Final norm and LM head of a model.</summary>
internal interface IHeadWeights
{
    /// <summary>Weight of the final norm, [hidden].</summary>
    ReadOnlySpan<float> Norm { get; }

    /// <summary>Its gradient; empty where it is not trained.</summary>
    Span<float> NormGradient { get; }

    /// <summary>[vocabulary, hidden].</summary>
    ILinear Matrix { get; }
}
