using Tidar.Models;
using Tidar.Models.Tokenization;
using Tidar.Models.Tokenization.Training;
using Tidar.Training.Data;
using Tidar.Training.Data.Synthetic;
using Tidar.Training.Recipes;

namespace Tidar.Training.Tokenization;

/// <summary>Gets a run its tokenizer: the one that the recipe names, or a new one from the training text.</summary>
internal static class TokenizerFactory
{
    /// <summary>Loads or makes the tokenizer.</summary>
    /// <exception cref="InvalidInputException">The tokenizer lacks the end or the mask token, or the file is wrong.</exception>
    public static Tokenizer Create(Recipe recipe)
    {
        TokenizerRecipe wanted = recipe.Tokenizer;
        if (wanted.Path is not null)
            return Tokenizer.Load(wanted.Path);
        string[] special = [wanted.EndToken, wanted.MaskToken];
        return wanted.VocabularySize == 0
            ? Tokenizer.FromJson(CharacterTokenizer.Create(Sample(recipe), special), recipe.Source)
            : BpeTrainer.Train(Sample(recipe), new BpeTrainerOptions { VocabularySize = wanted.VocabularySize, SpecialTokens = special });
    }

    /// <summary>The id of a special token of the recipe.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="token">The token's text.</param>
    /// <param name="field">The recipe's key, for the message.</param>
    /// <param name="vocabularySize">Rows of the embedding.</param>
    public static int Id(Recipe recipe, Tokenizer tokenizer, string token, string field, int vocabularySize) =>
        tokenizer.TryGetId(token, out int id) && id < vocabularySize
            ? id
            : throw new InvalidInputException(recipe.Source, field, "a token of the vocabulary", token);

    private static IEnumerable<string> Sample(Recipe recipe)
    {
        using DocumentStream stream = DocumentStream.Open(recipe, CorpusSplit.Train);
        for (int i = 0; i < recipe.Tokenizer.SampleDocuments; i++)
        {
            foreach (TextSegment segment in stream.Next())
                yield return segment.Text;
        }
    }
}
