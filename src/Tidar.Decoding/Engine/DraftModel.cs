using Tidar.Models;
using Tidar.Models.Configuration;
using Tidar.Models.Tokenization;
using Tidar.Models.Transformers;

namespace Tidar.Decoding.Engine;

/// <summary>A second model, usually a smaller one, that drafts for the first under <see cref="StrategyKind.DraftModel"/>. Only its speed and its drafts matter: the text is the first model's.</summary>
/// <param name="model">The model; it may be the first one itself.</param>
/// <param name="tokenizer">Its tokenizer, to be compared with the first model's; null where it has none.</param>
public sealed class DraftModel(ILanguageModel model, Tokenizer? tokenizer = null)
{
    private const string Source = "draft model";

    /// <summary>The model.</summary>
    public ILanguageModel Model => model;

    /// <summary>Its tokenizer; null where it has none.</summary>
    public Tokenizer? Tokenizer => tokenizer;

    /// <summary>Checks that it may draft for a model.</summary>
    /// <param name="target">The model.</param>
    /// <param name="targetTokenizer">The model's tokenizer; null where it has none.</param>
    /// <exception cref="InvalidInputException">The two speak of different tokens: says what differs.</exception>
    internal void RequireFit(ModelConfig target, Tokenizer? targetTokenizer) => RequireSameTokens(target, targetTokenizer, model.Config, tokenizer);

    /// <summary>Checks that a draft model's tokens are those of the model that it drafts for: as many of them, and where both have tokenizers the same.</summary>
    /// <param name="target">The model.</param>
    /// <param name="targetTokenizer">Its tokenizer; null where it has none.</param>
    /// <param name="draft">The draft model.</param>
    /// <param name="draftTokenizer">Its tokenizer; null where it has none.</param>
    /// <exception cref="InvalidInputException">They are not: says what differs.</exception>
    public static void RequireSameTokens(ModelConfig target, Tokenizer? targetTokenizer, ModelConfig draft, Tokenizer? draftTokenizer)
    {
        if (draft.VocabularySize != target.VocabularySize)
            throw new InvalidInputException(Source, "vocabulary size", $"{target.VocabularySize}, as the model's", $"{draft.VocabularySize}");
        if (targetTokenizer is null || draftTokenizer is null || ReferenceEquals(targetTokenizer, draftTokenizer))
            return;
        for (int id = 0; id < target.VocabularySize; id++)
        {
            string? expected = targetTokenizer.GetToken(id), found = draftTokenizer.GetToken(id);
            if (!string.Equals(expected, found, StringComparison.Ordinal))
                throw new InvalidInputException(Source, $"token {id}", $"{Quote(expected)}, as the model's", Quote(found));
        }
    }

    private static string Quote(string? token) => token is null ? "none" : $"'{token}'";
}
