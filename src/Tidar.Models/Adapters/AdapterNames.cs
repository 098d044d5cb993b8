using System.Globalization;

namespace Tidar.Models.Adapters;

/// <summary>Files and tensor names of an adapter folder, as PEFT writes them, and the fields of <c>tidar.json</c>.</summary>
public static class AdapterNames
{
    /// <summary>PEFT's configuration.</summary>
    public const string ConfigFile = "adapter_config.json";

    /// <summary>The tensors.</summary>
    public const string TensorFile = "adapter_model.safetensors";

    /// <summary>What PEFT does not know: which rows the adapter acts on, the draft length, the mask embedding's name.</summary>
    public const string RecordFile = "tidar.json";

    /// <summary>The mask embedding where we write it: [draft length, hidden], or [1, hidden] for one that all slots share.</summary>
    public const string MaskEmbedding = "mask_embedding";

    /// <summary>The only rows that our adapters act on.</summary>
    public const string MaskRows = "mask";

    /// <summary>A, [rank, inputs], of a module of a layer.</summary>
    public static string Down(int layer, LinearModule module) => Name(layer, module, "lora_A");

    /// <summary>B, [outputs, rank], of a module of a layer.</summary>
    public static string Up(int layer, LinearModule module) => Name(layer, module, "lora_B");

    private static string Name(int layer, LinearModule module, string factor) =>
        string.Create(CultureInfo.InvariantCulture, $"base_model.model.model.layers.{layer}.{module.Name}.{factor}.weight");
}
