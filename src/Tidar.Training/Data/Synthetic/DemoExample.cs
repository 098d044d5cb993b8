namespace Tidar.Training.Data.Synthetic;

/// <summary>One prompt of the demo domain with what should follow it.</summary>
/// <param name="Kind">The generator it comes from.</param>
/// <param name="Prompt">The prompt; whatever was drawn at random can be read in it.</param>
/// <param name="Completion">The completion, a function of the prompt alone.</param>
/// <param name="Answer">The final answer, computed from the problem and not from the completion; null where there is none (stories, code).</param>
public sealed record DemoExample(DemoKind Kind, string Prompt, string Completion, string? Answer);
