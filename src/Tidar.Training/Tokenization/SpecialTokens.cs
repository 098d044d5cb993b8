using Tidar.Models;
using Tidar.Models.Configuration;
using Tidar.Models.Tokenization;
using Tidar.Training.Recipes;

namespace Tidar.Training.Tokenization;

/// <summary>Chooses the tokens that a run needs beside text: what ends a document, and what masks.</summary>
internal static class SpecialTokens
{
    /// <summary>The ids that end a text, the run's own first.</summary>
    /// <exception cref="InvalidInputException">The recipe's token is not in the vocabulary.</exception>
    public static IReadOnlyList<int> Ends(Recipe recipe, ModelConfig config, Tokenizer tokenizer)
    {
        if (recipe.Tokenizer.EndToken is null && config.EosTokenIds.Count > 0)
            return config.EosTokenIds;
        string token = recipe.Tokenizer.EndToken ?? TokenizerRecipe.DefaultEndToken;
        if (!tokenizer.TryGetId(token, out int end) || end >= config.VocabularySize)
            throw new InvalidInputException(recipe.Source, "tokenizer.end_token", "a token of the vocabulary", token);
        return [end, .. config.EosTokenIds.Where(e => e != end)];
    }

    /// <summary>
    /// The mask token: the id or the token that the recipe names, that of a checkpoint trained as TiDAR, or a token that is added where the embedding has more rows than the tokenizer has tokens.
    /// </summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="config">The model's shape, with its ends.</param>
    /// <param name="tokenizer">The tokenizer; gets the token where it is added.</param>
    /// <exception cref="InvalidInputException">There is no such token and no room for it, or it ends texts.</exception>
    public static int Mask(Recipe recipe, ModelConfig config, ref Tokenizer tokenizer)
    {
        TokenizerRecipe wanted = recipe.Tokenizer;
        int mask;
        string field = "tokenizer.mask_token";
        if (wanted.MaskTokenId is { } id)
        {
            field = "tokenizer.mask_token_id";
            mask = id < config.VocabularySize ? id : throw new InvalidInputException(recipe.Source, field, $"an id below {config.VocabularySize}, the vocabulary", $"{id}");
        }
        else if (wanted.MaskToken is null && config.Tidar is { } trained)
        {
            mask = trained.MaskTokenId;
        }
        else
        {
            mask = Find(recipe, config, ref tokenizer, wanted.MaskToken ?? TokenizerRecipe.DefaultMaskToken);
        }

        return config.EosTokenIds.Contains(mask)
            ? throw new InvalidInputException(recipe.Source, field, "a token that ends no text", $"{tokenizer.GetToken(mask) ?? "id"} ({mask})")
            : mask;
    }

    private static int Find(Recipe recipe, ModelConfig config, ref Tokenizer tokenizer, string token)
    {
        if (tokenizer.TryGetId(token, out int known) && known < config.VocabularySize)
            return known;
        int next = tokenizer.VocabularySize;
        if (next >= config.VocabularySize)
        {
            throw new InvalidInputException(
                recipe.Source,
                "tokenizer.mask_token",
                $"a token of the vocabulary (all {config.VocabularySize} rows of the embedding are taken: name one that no text uses, or its mask_token_id)",
                token);
        }

        tokenizer = tokenizer.WithSpecialToken(token);
        return next;
    }
}
