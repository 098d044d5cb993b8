using Tidar.Models.Adapters;
using Tidar.Training.Backpropagation;

namespace Tidar.Training.Recipes;

/// <summary>An adapter's training as a YAML file describes it; see docs/adapters.md. Paths are absolute here (in the file they are relative to it).</summary>
public sealed record AdapterRecipe : TrainingRecipe
{
    /// <summary>The base model; null where the command names it.</summary>
    public required string? Model { get; init; }

    /// <summary>Folder of an adapter of the same shape whose weights the run starts from; null to start as LoRA does.</summary>
    public required string? InitFrom { get; init; }

    /// <summary>Rank of every pair of factors.</summary>
    public required int Rank { get; init; }

    /// <summary>K.</summary>
    public required int DraftLength { get; init; }

    /// <summary>Adapted groups of linear layers.</summary>
    public required IReadOnlyList<LinearGroup> Groups { get; init; }

    /// <summary>First adapted decoder layer, from 0.</summary>
    public required int FirstLayer { get; init; }

    /// <summary>Adapted decoder layers; null for all from the first on.</summary>
    public required int? LayerCount { get; init; }

    /// <summary>A mask embedding for every slot instead of one for all.</summary>
    public required bool SlotEmbeddings { get; init; }

    /// <summary>Loss weight of slot 0, whose prediction decoding never uses.</summary>
    public required double FirstSlotWeight { get; init; }

    /// <summary>Slot m's loss counts this to the power of m - 1: late slots matter only where the early ones are right.</summary>
    public required double SlotDecay { get; init; }

    /// <summary>How far a slot counts by the probability that the slots before it are right: from 0 (not) to 1.</summary>
    public required double ReachShare { get; init; }

    /// <summary>Share of the base model's own distribution in the targets.</summary>
    public required double SoftShare { get; init; }

    /// <summary>Tokens of that distribution to keep.</summary>
    public required int SoftTokens { get; init; }

    /// <summary>The path selector that is trained with the adapter; null for none.</summary>
    public required AdapterSelectorRecipe? Selector { get; init; }

    /// <summary>Documents of an optimizer step.</summary>
    public required int DocumentsPerStep { get; init; }

    /// <summary>Most blocks of a document in a step.</summary>
    public required int BlocksPerDocument { get; init; }

    /// <summary>Rounds in which a step draws them: later ones begin where the drafts of the round before ended, as those of decoding do.</summary>
    public required int Rounds { get; init; }

    /// <summary>Most tokens of a document; a longer one is cut.</summary>
    public required int DocumentTokens { get; init; }

    /// <summary>Most mask rows of one forward and backward pass; a document's blocks stay together.</summary>
    public required int RowsPerPass { get; init; }

    /// <summary>Arithmetic of the products with the base model's weights; the factors' own are float32.</summary>
    public required TrainingPrecision Precision { get; init; }

    /// <summary>Held-out documents.</summary>
    public required int EvaluationDocuments { get; init; }
}
