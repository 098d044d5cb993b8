namespace Tidar.Training;

/// <summary>How far a model's drafts reach on held-out text, stepping along it exactly as greedy decoding would.</summary>
/// <param name="FusedTokensPerPass">Tokens a pass (T/NFE) of the fused step; the prefill is not counted.</param>
/// <param name="TwoPassTokensPerPass">The same of the two-pass step.</param>
/// <param name="SlotAccuracy">Share of right predictions of slots 1 … K-1, over all places where a block may begin.</param>
public sealed record DraftEvaluation(double FusedTokensPerPass, double TwoPassTokensPerPass, IReadOnlyList<double> SlotAccuracy);
