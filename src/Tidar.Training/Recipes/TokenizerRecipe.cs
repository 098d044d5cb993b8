namespace Tidar.Training.Recipes;

/// <summary>Where a run's tokenizer comes from.</summary>
/// <param name="Path">A <c>tokenizer.json</c> or its folder; null for that of the checkpoint to start from or, without one, to make one from the training text.</param>
/// <param name="VocabularySize">Byte-level BPE entries to train, special tokens included; 0 for one token per character of the sample.</param>
/// <param name="SampleDocuments">Documents of the training text that a new tokenizer is made from.</param>
/// <param name="EndToken">Token that ends a document; null for that of the checkpoint, or <see cref="DefaultEndToken"/>.</param>
/// <param name="MaskToken"><c>[MASK]</c>, which never stands in text; null for that of the checkpoint where it was trained as TiDAR, or <see cref="DefaultMaskToken"/>.</param>
/// <param name="MaskTokenId">Its id instead of its text; null where the text is given.</param>
public sealed record TokenizerRecipe(string? Path, int VocabularySize, int SampleDocuments, string? EndToken, string? MaskToken, int? MaskTokenId)
{
    /// <summary>Ends documents unless the recipe or the checkpoint says otherwise.</summary>
    public const string DefaultEndToken = "<|endoftext|>";

    /// <summary>Masks unless the recipe or the checkpoint says otherwise.</summary>
    public const string DefaultMaskToken = "<|mask|>";

    /// <summary>The folder of <see cref="Path"/>, where a chat template may lie too; null without a path.</summary>
    public string? Folder => Path is null || Directory.Exists(Path) ? Path : System.IO.Path.GetDirectoryName(Path);
}
