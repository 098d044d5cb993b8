using System.CommandLine;
using Tidar.Kernels.Matrices;

namespace Tidar.Cli.Options;

/// <summary>The option <c>--weights</c>: the format of the weights in memory.</summary>
internal static class WeightsOption
{
    private static readonly Dictionary<string, WeightFormat> Formats = new(StringComparer.Ordinal)
    {
        ["f32"] = WeightFormat.Float32,
        ["bf16"] = WeightFormat.BFloat16,
        ["int8"] = WeightFormat.Int8,
        ["int4"] = WeightFormat.Int4,
    };

    /// <summary>The option, whose default <paramref name="byDefault"/> tells of.</summary>
    public static Option<string?> Create(string byDefault) =>
        Opt.Choice("--weights", $"format of the weights in memory (default: {byDefault})", [.. Formats.Keys]);

    /// <summary>The format of a word; null where none was given.</summary>
    public static WeightFormat? Format(string? word) => word is null ? null : Formats[word];

    /// <summary>The word of a format.</summary>
    public static string NameOf(WeightFormat format) => Formats.First(f => f.Value == format).Key;
}
