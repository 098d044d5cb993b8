using Tidar.Training.Optimizer;

namespace Tidar.Training.Recipes;

/// <summary>Reads a recipe's <c>optimizer</c>.</summary>
internal static class OptimizerRecipe
{
    /// <summary>Most optimizer steps of a run.</summary>
    public const int MostSteps = 100_000_000;

    /// <summary>Constants and learning rates of a run of so many steps; what is not written is as in <paramref name="plain"/>.</summary>
    public static (AdamWSettings Settings, LearningRateSchedule Schedule) Read(YamlFields fields, int steps, AdamWSettings plain)
    {
        double peak = fields.Number("learning_rate", 1e-12, 10);
        LearningRateSchedule schedule = new(
            peak, fields.Number("final_learning_rate", 0, peak, peak * 0.1), fields.Integer("warmup_steps", 0, steps, Math.Min(100, steps)), steps);
        AdamWSettings settings = new(
            fields.Number("beta1", 0, 0.999999, plain.Beta1),
            fields.Number("beta2", 0, 0.999999, plain.Beta2),
            fields.Number("epsilon", 1e-20, 1, plain.Epsilon),
            fields.Number("weight_decay", 0, 10, plain.WeightDecay),
            fields.Number("clip_norm", 0, 1e9, plain.ClipNorm));
        fields.Finish();
        return (settings, schedule);
    }
}
