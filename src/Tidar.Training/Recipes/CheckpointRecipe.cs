using Tidar.Models.Weights;

namespace Tidar.Training.Recipes;

/// <summary>Reads a recipe's <c>checkpoint</c>.</summary>
internal static class CheckpointRecipe
{
    /// <summary>Steps between checkpoints, how many stay, and the type of what is finished (<paramref name="plain"/> where nothing is written) of a run of so many steps.</summary>
    public static (int Every, int Keep, StoredType FinalType) Read(YamlFields fields, int steps, StoredType plain)
    {
        int every = fields.Integer("every", 1, OptimizerRecipe.MostSteps, Math.Min(500, steps));
        int keep = fields.Integer("keep", 1, 1000, 2);
        StoredType type = fields.Choice("final_type", plain, ("f32", StoredType.F32), ("bf16", StoredType.BF16), ("f16", StoredType.F16));
        fields.Finish();
        return (every, keep, type);
    }
}
