using Tidar.Decoding.Sequences;
using Tidar.Decoding.Strategies.Denoising;
using Tidar.Decoding.Strategies.Speculative;
using Tidar.Models;

namespace Tidar.Decoding.Engine;

/// <summary>The words for strategies, modes and endings on the command line, in JSON and over HTTP.</summary>
public static class DecodingNames
{
    /// <summary><c>auto</c>, <c>ar</c>, <c>tidar</c>, <c>draft-model</c>, <c>prompt-lookup</c>, <c>block-diffusion</c> or <c>masked-diffusion</c>.</summary>
    public static string Of(StrategyKind strategy) => strategy switch
    {
        StrategyKind.Autoregressive => "ar",
        StrategyKind.Tidar => "tidar",
        StrategyKind.DraftModel => "draft-model",
        StrategyKind.PromptLookup => "prompt-lookup",
        StrategyKind.BlockDiffusion => "block-diffusion",
        StrategyKind.MaskedDiffusion => "masked-diffusion",
        _ => "auto",
    };

    /// <summary><c>auto</c>, <c>fused</c>, <c>two-pass</c> or <c>sparse</c>.</summary>
    public static string Of(TidarMode mode) => mode switch
    {
        TidarMode.Fused => "fused",
        TidarMode.TwoPass => "two-pass",
        TidarMode.Sparse => "sparse",
        _ => "auto",
    };

    /// <summary><c>eos</c>, <c>stop</c> or <c>length</c>.</summary>
    public static string Of(FinishReason finish) => finish switch
    {
        FinishReason.Eos => "eos",
        FinishReason.Stop => "stop",
        _ => "length",
    };

    /// <summary><c>prefill</c> or <c>verify</c>.</summary>
    public static string Of(StepKind kind) => kind == StepKind.Prefill ? "prefill" : "verify";

    /// <summary><c>same pass</c> or <c>extra pass</c>.</summary>
    public static string Of(DraftSource source) => source == DraftSource.SamePass ? "same pass" : "extra pass";

    /// <summary>The strategy of a name.</summary>
    /// <exception cref="InvalidInputException">There is none.</exception>
    public static StrategyKind ParseStrategy(string name) => Parse(
        name,
        "strategy",
        Of,
        StrategyKind.Auto,
        StrategyKind.Autoregressive,
        StrategyKind.Tidar,
        StrategyKind.DraftModel,
        StrategyKind.PromptLookup,
        StrategyKind.BlockDiffusion,
        StrategyKind.MaskedDiffusion);

    /// <summary>The mode of a name.</summary>
    /// <exception cref="InvalidInputException">There is none.</exception>
    public static TidarMode ParseMode(string name) => Parse(name, "mode", Of, TidarMode.Auto, TidarMode.Fused, TidarMode.TwoPass, TidarMode.Sparse);

    /// <summary><c>exact</c> or <c>textbook</c>.</summary>
    public static string Of(AcceptanceRule rule) => rule == AcceptanceRule.Textbook ? "textbook" : "exact";

    /// <summary>The acceptance rule of a name.</summary>
    /// <exception cref="InvalidInputException">There is none.</exception>
    public static AcceptanceRule ParseAcceptance(string name) => Parse(name, "acceptance", Of, AcceptanceRule.Exact, AcceptanceRule.Textbook);

    /// <summary><c>confidence</c>, <c>margin</c>, <c>entropy</c>, <c>random</c>, <c>origin</c> or <c>left-to-right</c>.</summary>
    public static string Of(RevealOrder order) => order switch
    {
        RevealOrder.Margin => "margin",
        RevealOrder.Entropy => "entropy",
        RevealOrder.Random => "random",
        RevealOrder.Origin => "origin",
        RevealOrder.LeftToRight => "left-to-right",
        _ => "confidence",
    };

    /// <summary>The order of a name.</summary>
    /// <exception cref="InvalidInputException">There is none.</exception>
    public static RevealOrder ParseOrder(string name) => Parse(
        name, "order", Of, RevealOrder.Confidence, RevealOrder.Margin, RevealOrder.Entropy, RevealOrder.Random, RevealOrder.Origin, RevealOrder.LeftToRight);

    private static T Parse<T>(string name, string field, Func<T, string> nameOf, params T[] values)
    {
        foreach (T value in values)
        {
            if (nameOf(value).Equals(name, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        throw new InvalidInputException("decoding options", field, string.Join(", ", values.Select(nameOf)), $"'{name}'");
    }
}
