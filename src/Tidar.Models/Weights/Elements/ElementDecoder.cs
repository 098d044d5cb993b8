namespace Tidar.Models.Weights.Elements;

/// <summary>Widens the whole blocks of <paramref name="blocks"/> to float32, filling <paramref name="destination"/> exactly.</summary>
internal delegate void ElementDecoder(ReadOnlySpan<byte> blocks, Span<float> destination);
