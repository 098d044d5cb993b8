using Tidar.Decoding.Engine;

namespace Tidar.Decoding.Planning;

/// <summary>What a mode would bring.</summary>
/// <param name="Mode">The mode; null for autoregressive decoding, <see cref="TidarMode.Auto"/> for the best way there is.</param>
/// <param name="Choice">Masks, checked tokens and blocks.</param>
/// <param name="Outcomes">Outcomes with a block, as bits.</param>
/// <param name="TokensPerSecond">Of all sequences together; tokens a unit of time where costs are in other units.</param>
/// <param name="Speedup">Against autoregressive decoding with the same batch.</param>
public sealed record SimulatedMode(TidarMode? Mode, StepChoice Choice, ulong Outcomes, double TokensPerSecond, double Speedup);
