using Tidar.Decoding.Sampling;

namespace Tidar.Decoding.Strategies.Denoising;

/// <summary>Tokens by a sequence's sampler, lots by its seed.</summary>
internal sealed class SeededChooser(Sampler sampler, long seed) : ITokenChooser
{
    public int Choose(Span<float> logits, int step, int position) => sampler.Choose(logits, position);

    public double Uniform(int step, int position) => GumbelNoise.OfStream(seed, step, position).Lot;
}
