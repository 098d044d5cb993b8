namespace Tidar.Training.Selectors;

/// <summary>How far drafts reach on held-out text, stepping along it exactly as greedy decoding would.</summary>
/// <param name="Selected">With the path selector.</param>
/// <param name="Plain">Every slot's likeliest token.</param>
/// <param name="Best">The best that any choice among the candidates could reach.</param>
public sealed record SelectorEvaluation(DraftEvaluation Selected, DraftEvaluation Plain, DraftEvaluation Best);
