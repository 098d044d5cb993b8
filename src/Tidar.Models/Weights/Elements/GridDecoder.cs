namespace Tidar.Models.Weights.Elements;

/// <summary>
/// Reads whole blocks of a 4-bit type as what they are: levels 0 … 15, [blocks' elements], and for every 32 of them a scale and a minimum, value = scale · level + minimum.
/// </summary>
internal delegate void GridDecoder(ReadOnlySpan<byte> blocks, Span<byte> levels, Span<float> scales, Span<float> minima);
