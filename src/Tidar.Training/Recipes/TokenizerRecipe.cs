namespace Tidar.Training.Recipes;

/// <summary>Where a run's tokenizer comes from.</summary>
/// <param name="Path">A <c>tokenizer.json</c> or its folder; null to make one from the training text.</param>
/// <param name="VocabularySize">Byte-level BPE entries to train, special tokens included; 0 for one token per character of the sample.</param>
/// <param name="SampleDocuments">Documents of the training text that a new tokenizer is made from.</param>
/// <param name="EndToken">Token that ends a document.</param>
/// <param name="MaskToken"><c>[MASK]</c>: must be in the vocabulary and never stands in text.</param>
public sealed record TokenizerRecipe(string? Path, int VocabularySize, int SampleDocuments, string EndToken, string MaskToken)
{
    /// <summary>The folder that a tokenizer is loaded from, where a chat template may lie too; null for a new tokenizer.</summary>
    public string? Folder => Path is null || Directory.Exists(Path) ? Path : System.IO.Path.GetDirectoryName(Path);
}
