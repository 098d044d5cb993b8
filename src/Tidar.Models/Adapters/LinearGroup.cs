namespace Tidar.Models.Adapters;

/// <summary>The linear layers of a decoder layer, those with a common input together, as the model multiplies them.</summary>
public enum LinearGroup
{
    /// <summary>q, k and v.</summary>
    QueryKeyValue,

    /// <summary>The attention's output projection.</summary>
    AttentionOutput,

    /// <summary>gate and up.</summary>
    GateUp,

    /// <summary>down.</summary>
    Down,
}
