namespace Tidar.Training.Data.Synthetic;

/// <summary>The two disjoint halves of the demo text.</summary>
public enum CorpusSplit
{
    /// <summary>Prompts that training may see.</summary>
    Train,

    /// <summary>Prompts that training never sees.</summary>
    HeldOut,
}
