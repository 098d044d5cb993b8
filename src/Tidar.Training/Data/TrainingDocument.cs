namespace Tidar.Training.Data;

/// <summary>
/// One document of a training text. Prompt and completion are tokenized separately and joined, followed by the end-of-sequence token,
/// so that the prompt's ids are the ones a user's prompt gets.
/// </summary>
/// <param name="Prompt">What is given; empty for plain text.</param>
/// <param name="Completion">What the model should write after it.</param>
public sealed record TrainingDocument(string Prompt, string Completion);
