using Tidar.Decoding.Sampling;

namespace Tidar.Decoding.Strategies.Denoising;

/// <summary>Tokens by a sequence's sampler, lots by its seed.</summary>
internal sealed class SeededChooser(Sampler sampler, long seed) : ITokenChooser
{
    private const long LotStride = 0x1E3779B97F4A7C15;

    // A token id that no vocabulary has: lots must not be the noise of a token.
    private const int Lot = -1;

    public int Choose(Span<float> logits, int step, int position) => sampler.Choose(logits, position);

    public double Uniform(int step, int position) => GumbelNoise.ToUnit(new GumbelNoise(unchecked(seed + (step * LotStride)), position).Bits(Lot));
}
