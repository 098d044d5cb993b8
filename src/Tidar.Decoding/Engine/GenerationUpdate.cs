using Tidar.Decoding.Sequences;

namespace Tidar.Decoding.Engine;

/// <summary>What one forward pass brought.</summary>
/// <param name="Pass">Number of the pass, from 1; the prefill is the first.</param>
/// <param name="Tokens">Tokens committed in it; none in a TiDAR prefill.</param>
/// <param name="Text">Text released in it: whole characters, nothing that may belong to a stop string. Empty without a tokenizer.</param>
/// <param name="Step">
/// What a drafting strategy did: draft, accepted count, next draft. A drafting pass completes the step before it, and shows it again.
/// </param>
/// <param name="Result">The whole result, with the last update.</param>
public sealed record GenerationUpdate(int Pass, IReadOnlyList<int> Tokens, string Text, DecodingStep? Step, GenerationResult? Result);
