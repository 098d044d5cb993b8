namespace Tidar.Models.Weights.Inspection;

/// <summary>A tokenizer in figures.</summary>
/// <param name="VocabularySize">One more than the largest id.</param>
/// <param name="AddedTokens">Tokens found in the text before the model runs.</param>
/// <param name="SpecialTokens">Those of them that carry no text.</param>
public sealed record InspectedTokenizer(int VocabularySize, int AddedTokens, int SpecialTokens);
