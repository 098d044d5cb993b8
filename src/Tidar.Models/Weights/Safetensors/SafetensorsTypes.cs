using System.Collections.Frozen;
using Tidar.Models.Weights.Elements;

namespace Tidar.Models.Weights.Safetensors;

/// <summary>Every element type the safetensors format names; those without a decoder can be listed, not used as weights.</summary>
internal static class SafetensorsTypes
{
    private static readonly FrozenDictionary<string, ElementType> ByName = new ElementType[]
    {
        PlainElements.F32, PlainElements.BF16, PlainElements.F16,
        new("F64", 1, 8, null), new("I64", 1, 8, null), new("U64", 1, 8, null), new("C64", 1, 8, null),
        new("I32", 1, 4, null), new("U32", 1, 4, null), new("I16", 1, 2, null), new("U16", 1, 2, null),
        new("I8", 1, 1, null), new("U8", 1, 1, null), new("BOOL", 1, 1, null),
        new("F8_E4M3", 1, 1, null), new("F8_E5M2", 1, 1, null), new("F8_E8M0", 1, 1, null), new("F8_E4M3FNUZ", 1, 1, null), new("F8_E5M2FNUZ", 1, 1, null),
        new("F6_E2M3", 4, 3, null), new("F6_E3M2", 4, 3, null), new("F4", 2, 1, null),
    }.ToFrozenDictionary(static t => t.Name, StringComparer.Ordinal);

    /// <summary>The type of that name, or null.</summary>
    public static ElementType? Find(string name) => ByName.GetValueOrDefault(name);
}
