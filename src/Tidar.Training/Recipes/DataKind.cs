namespace Tidar.Training.Recipes;

/// <summary>Kinds of training text.</summary>
public enum DataKind
{
    /// <summary>Plain text.</summary>
    Text,

    /// <summary>One JSON object a line, with <c>text</c>, or <c>prompt</c> and <c>completion</c>, or <c>messages</c>.</summary>
    JsonLines,

    /// <summary>Text that a registered generator makes.</summary>
    Generator,
}
