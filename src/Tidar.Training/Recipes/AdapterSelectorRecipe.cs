using Tidar.Models.Configuration;
using Tidar.Training.Optimizer;
using Tidar.Training.Selectors;

namespace Tidar.Training.Recipes;

/// <summary>A path selector that is trained together with an adapter, as the adapter's recipe describes it.</summary>
/// <param name="Rank">Width of its maps.</param>
/// <param name="Candidates">Candidates of a slot.</param>
/// <param name="Predecessors">Tokens before a slot that its scores look at.</param>
/// <param name="CopyLength">Longest repetition of the text that its scores look for.</param>
/// <param name="Share">What its loss counts beside the slots' own.</param>
/// <param name="WeightDecay">Its optimizer's; the rest is the adapter's.</param>
public sealed record AdapterSelectorRecipe(int Rank, int Candidates, int Predecessors, int CopyLength, double Share, double WeightDecay)
{
    /// <summary>Reads a recipe's <c>selector</c>.</summary>
    internal static AdapterSelectorRecipe Read(YamlFields fields)
    {
        AdapterSelectorRecipe recipe = new(
            SelectorRecipeReader.ReadRank(fields),
            SelectorRecipeReader.ReadCandidates(fields),
            SelectorRecipeReader.ReadPredecessors(fields),
            SelectorRecipeReader.ReadCopyLength(fields),
            fields.Number("share", 0, 1000, 1),
            fields.Number("weight_decay", 0, 10, 0));
        fields.Finish();
        return recipe;
    }

    /// <summary>Its shape for a model.</summary>
    internal SelectorShape ShapeFor(ModelConfig config, int draftLength) =>
        new(config.HiddenSize, Rank, Math.Min(Candidates, config.VocabularySize - 1), Predecessors, draftLength - 1, CopyLength);

    /// <summary>Its optimizer, beside the adapter's.</summary>
    internal AdamWSettings Optimizer(AdamWSettings adapter) => adapter with { WeightDecay = WeightDecay };
}
