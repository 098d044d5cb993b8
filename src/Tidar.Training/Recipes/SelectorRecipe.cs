namespace Tidar.Training.Recipes;

/// <summary>A path selector's training as a YAML file describes it; see docs/selector.md. Paths are absolute here (in the file they are relative to it).</summary>
public sealed record SelectorRecipe : TrainingRecipe
{
    /// <summary>The model; null where the command names it.</summary>
    public required string? Model { get; init; }

    /// <summary>Its adapter; null where the command names it, or where the model itself was trained for TiDAR.</summary>
    public required string? Adapter { get; init; }

    /// <summary>Folder of an adapter, or a model, with a selector of the same shape that the run starts from; null to start with one that changes nothing.</summary>
    public required string? InitFrom { get; init; }

    /// <summary>Width of the maps.</summary>
    public required int Rank { get; init; }

    /// <summary>Candidates of a slot.</summary>
    public required int Candidates { get; init; }

    /// <summary>Tokens before a slot that its scores look at.</summary>
    public required int Predecessors { get; init; }

    /// <summary>Longest repetition of the text that its scores look for; 0 for none.</summary>
    public required int CopyLength { get; init; }

    /// <summary>Slot m's loss counts this to the power of m - 1.</summary>
    public required double SlotDecay { get; init; }

    /// <summary>Share of the AR half's probabilities in the targets.</summary>
    public required double SoftShare { get; init; }

    /// <summary>Drafted blocks to train on.</summary>
    public required int Blocks { get; init; }

    /// <summary>Most of them in one document.</summary>
    public required int BlocksPerDocument { get; init; }

    /// <summary>Rounds in which a document's blocks are drawn: later ones begin where the drafts of the round before ended, as those of decoding do.</summary>
    public required int Rounds { get; init; }

    /// <summary>Most tokens of a document; a longer one is cut.</summary>
    public required int DocumentTokens { get; init; }

    /// <summary>Blocks of an optimizer step.</summary>
    public required int BlocksPerStep { get; init; }

    /// <summary>Held-out documents.</summary>
    public required int EvaluationDocuments { get; init; }
}
