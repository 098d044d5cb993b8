namespace Tidar.Models.Selectors;

/// <summary>Files, tensors and fields of a path selector (docs/selector.md).</summary>
public static class SelectorNames
{
    /// <summary>The file beside an adapter or a model that says which selector it has.</summary>
    public const string RecordFile = "tidar.json";

    /// <summary>The field of <see cref="RecordFile"/> that names the tensors' file.</summary>
    public const string RecordField = "selector";

    /// <summary>The tensors where we write them.</summary>
    public const string TensorFile = "selector.safetensors";

    /// <summary>The field of the tensors' metadata that says how many candidates a slot keeps.</summary>
    public const string Candidates = "candidates";

    /// <summary>A, [predecessors · rank, hidden]: the predecessor's map first, then that of the token before it, and so on.</summary>
    public const string From = "from.weight";

    /// <summary>B, [rank, hidden].</summary>
    public const string To = "to.weight";

    /// <summary>G, [rank, hidden].</summary>
    public const string Gate = "gate.weight";

    /// <summary>The gate's bias, [slots, rank].</summary>
    public const string GateBias = "gate.bias";

    /// <summary>What a slot's logits are multiplied by, [slots].</summary>
    public const string Scale = "scale";

    /// <summary>What a candidate gains that would repeat the text, by the length of the match, [longest]; none in a selector that does not look for repetitions.</summary>
    public const string Copy = "copy";
}
