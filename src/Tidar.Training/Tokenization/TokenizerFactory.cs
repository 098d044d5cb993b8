using Tidar.Models;
using Tidar.Models.Tokenization;
using Tidar.Models.Tokenization.Training;
using Tidar.Models.Weights;
using Tidar.Training.Data;
using Tidar.Training.Data.Synthetic;
using Tidar.Training.Recipes;

namespace Tidar.Training.Tokenization;

/// <summary>Gets a run its tokenizer: the one that the recipe names, or a new one from the training text.</summary>
internal static class TokenizerFactory
{
    /// <summary>Loads or makes the tokenizer.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="initial">The checkpoint to start from; null for a new model.</param>
    /// <exception cref="InvalidInputException">There is none, or the file is wrong.</exception>
    public static Tokenizer Create(Recipe recipe, Checkpoint? initial)
    {
        TokenizerRecipe wanted = recipe.Tokenizer;
        if (wanted.Path is not null)
            return Tokenizer.Load(wanted.Path);
        if (initial is not null)
            return initial.LoadTokenizer();
        string[] special = [wanted.EndToken ?? TokenizerRecipe.DefaultEndToken, wanted.MaskToken ?? TokenizerRecipe.DefaultMaskToken];
        return wanted.VocabularySize == 0
            ? Tokenizer.FromJson(CharacterTokenizer.Create(Sample(recipe), special), recipe.Source)
            : BpeTrainer.Train(Sample(recipe), new BpeTrainerOptions { VocabularySize = wanted.VocabularySize, SpecialTokens = special });
    }

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
