using Tidar.Kernels.Attention;

namespace Tidar.Training.Backpropagation;

/// <summary>Frozen keys and values that the rows of a batch see beside one another: one store for each document.</summary>
internal interface IPrefixStores
{
    /// <summary>The stores of a layer.</summary>
    ReadOnlySpan<KeyValueStore> Forward(int layer);

    /// <summary>The same for the backward pass, with the roles of keys and values exchanged beside them.</summary>
    ReadOnlySpan<StorePair> Pairs(int layer);
}
