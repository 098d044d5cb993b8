using Tidar.Kernels.Attention;
using Tidar.Models.Configuration;
using Tidar.Training.Backpropagation;

namespace Tidar.Training;

/// <summary>
/// Operations that the gradients of a batch need; a multiply-add counts as two. Every weight matrix takes three products a row (forward, input gradient, weight gradient): 6 operations a weight and row.
/// Of the last layer, rows without a target need q, k and v alone, and only rows with one meet the LM head. Attention takes two products forward and four backward over pairs that see each other.
/// What an implementation computes twice, and everything that is not a product, does not count.
/// </summary>
/// <param name="Linear">Products with weights.</param>
/// <param name="Attention">Products of attention.</param>
public readonly record struct TrainingCost(double Linear, double Attention)
{
    private const double Products = 3;
    private const double AttentionProducts = 6;
    private const double OperationsOfProduct = 2;

    /// <summary>Both.</summary>
    public double Total => Linear + Attention;

    /// <summary>What a batch costs.</summary>
    public static TrainingCost Of(ModelConfig config, TrainingBatch batch)
    {
        double queryKeyValue = (double)config.HiddenSize * (config.QueryWidth + (2 * config.KeyValueWidth));
        double rest = (double)config.HiddenSize * (config.QueryWidth + (3.0 * config.IntermediateSize));
        double rows = batch.Rows, targets = batch.Targets.Count, layers = config.LayerCount;
        double weights = (layers * rows * queryKeyValue) + (((layers - 1) * rows) + targets) * rest + (targets * config.HiddenSize * config.VocabularySize);
        double pairs = 0;
        foreach (AttentionRow row in batch.AttentionRows)
            pairs += row.PrefixLength + row.SpanLength;
        return new TrainingCost(OperationsOfProduct * Products * weights, OperationsOfProduct * AttentionProducts * pairs * config.QueryWidth * layers);
    }
}
