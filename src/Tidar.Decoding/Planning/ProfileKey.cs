using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tidar.Models.Configuration;

namespace Tidar.Decoding.Planning;

/// <summary>What measured costs hold for.</summary>
/// <param name="Processor">The processor's name.</param>
/// <param name="Tier">Kernel tier.</param>
/// <param name="Threads">Threads of the worker team.</param>
/// <param name="Model">The model's shape (<see cref="ShapeOf"/>); its weights' values cost nothing.</param>
/// <param name="Weights">Format of the weights in memory.</param>
/// <param name="Adapter">What tells the adapter from others; null for none.</param>
/// <param name="DraftLength">K.</param>
public sealed record ProfileKey(string Processor, string Tier, int Threads, string Model, string Weights, string? Adapter, int DraftLength)
{
    /// <summary>A file name that no other key has.</summary>
    public string FileName
    {
        get
        {
            string text = string.Join('\n', Processor, Tier, $"{Threads}", Model, Weights, Adapter, $"{DraftLength}");
            return $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 12))}.json";
        }
    }

    /// <summary>The sizes on which a pass's cost depends, in words.</summary>
    public static string ShapeOf(ModelConfig config) => string.Create(
        CultureInfo.InvariantCulture,
        $"{config.Architecture} V{config.VocabularySize} H{config.HiddenSize} I{config.IntermediateSize} L{config.LayerCount} heads {config.HeadCount}/{config.KeyValueHeadCount}x{config.HeadDimension} context {config.MaxPositions}");

    /// <summary>What of this key another one has differently, for a note; null where they are equal.</summary>
    public string? DifferenceFrom(ProfileKey other) =>
        Processor != other.Processor ? $"processor {other.Processor}"
        : Tier != other.Tier ? $"tier {other.Tier}"
        : Threads != other.Threads ? $"{other.Threads} threads"
        : Model != other.Model ? $"model {other.Model}"
        : Weights != other.Weights ? $"weights {other.Weights}"
        : Adapter != other.Adapter ? $"adapter {other.Adapter ?? "none"}"
        : DraftLength != other.DraftLength ? $"K = {other.DraftLength}"
        : null;
}
