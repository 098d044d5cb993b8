namespace Tidar.Kernels.Attention;

/// <summary>
/// Keys and values twice: as the forward pass reads them, and with their roles exchanged, because the backward pass multiplies by the transposes of
/// both (dP = dO·Vᵀ like scores, dQ = dS·K like a weighted sum).
/// </summary>
/// <param name="Forward">Keys as keys, values as values.</param>
/// <param name="Exchanged">Values as keys, keys as values.</param>
public readonly record struct StorePair(KeyValueStore Forward, KeyValueStore Exchanged);
