using System.Text.Json.Nodes;
using Tidar.Decoding.Engine;

namespace Tidar.Evaluation.Comparison.Pages;

/// <summary>A comparison as JSON: every raw number, and the figures made of them.</summary>
public static class ComparisonJson
{
    /// <summary>The field <c>format</c>.</summary>
    public const string Format = "tidar-comparison";

    private const int Version = 1;

    /// <summary>The whole comparison.</summary>
    public static JsonObject Of(ComparisonReport report)
    {
        ComparisonHeader header = report.Header;
        ComparisonRequest request = report.Request;
        GenerationOptions options = request.Options;
        return new JsonObject
        {
            ["format"] = Format,
            ["version"] = Version,
            ["date"] = header.Date.ToString("O"),
            ["command"] = header.CommandLine,
            ["program"] = header.Version,
            ["processor"] = header.Key.Processor,
            ["tier"] = header.Key.Tier,
            ["threads"] = header.Key.Threads,
            ["model"] = header.Model,
            ["adapter"] = header.Adapter,
            ["shape"] = header.Key.Model,
            ["weights"] = header.Key.Weights,
            ["parameters"] = header.Parameters,
            ["draft_length"] = header.Key.DraftLength,
            ["prompts"] = request.Prompts.Count,
            ["max_tokens"] = options.MaxTokens,
            ["temperature"] = options.Sampling.Temperature,
            ["seed"] = options.Sampling.Seed,
            ["repetitions"] = request.Repetitions,
            ["left_out"] = Array(request.Selection.LeftOut, static l => new JsonObject { ["strategy"] = l.Name, ["reason"] = l.Reason }),
            ["notes"] = Array(report.Notes, static n => JsonValue.Create(n)),
            ["settings"] = Array(report.Settings, Setting),
            ["costs"] = report.Costs is PassCostCurve costs ? Costs(costs) : null,
            ["passes"] = new JsonObject
            {
                ["prompt"] = request.ShownPrompt,
                ["strategies"] = Array(report.Shown, Shown),
            },
        };
    }

    private static JsonObject Setting(SettingResult setting) => new()
    {
        ["batch"] = setting.Setting.Batch,
        ["context"] = setting.Setting.Context,
        ["texts"] = setting.Texts,
        ["prompt_tokens"] = Of(setting.PromptTokens),
        ["strategies"] = Array(setting.Ways, Way),
    };

    private static JsonObject Way(WayResult way) => new()
    {
        ["strategy"] = way.Way.Name,
        ["description"] = way.Way.Description,
        ["own_text"] = way.Way.HasOwnText,
        ["equal"] = way.EqualsReference,
        ["difference"] = !way.Way.HasOwnText && way.Difference is (int text, int token) ? new JsonObject { ["text"] = text, ["token"] = token } : null,
        ["tokens_per_second"] = Of(way.TokensPerSecond),
        ["speedup"] = Of(way.Speedup),
        ["tokens_per_pass"] = Real(way.Middle.TokensPerPass),
        ["tokens_per_pass_behind_prompt"] = Real(way.Middle.TokensPerPassBehindPrompt),
        ["first_token_seconds"] = Of(way.FirstTokenSeconds),
        ["prefill_seconds"] = Of(way.PrefillSeconds),
        ["passes"] = way.Middle.Passes,
        ["drafted"] = way.Middle.Guessed,
        ["accepted"] = way.Middle.Right,
        ["acceptance"] = Array(
            Enumerable.Range(0, way.Middle.Drafted.Count), slot => Real(way.Middle.Drafted[slot] > 0 ? (double)way.Middle.Accepted[slot] / way.Middle.Drafted[slot] : double.NaN)),
        ["pass_seconds"] = Of(way.PassSeconds),
        ["relative_cost"] = Of(way.RelativeCost),
        ["model_share"] = Of(way.ModelShare),
        ["efficiency"] = Of(way.Efficiency),
        ["rounds"] = Array(way.Rounds, Round),
    };

    private static JsonObject Round(RoundMeasurement round) => new()
    {
        ["texts"] = round.Texts,
        ["tokens"] = round.Tokens,
        ["passes"] = round.Passes,
        ["decoded_tokens"] = round.DecodedTokens,
        ["engine_passes"] = round.EnginePasses,
        ["texts_per_pass"] = Real(round.TextsPerPass),
        ["prefill_seconds"] = Real(round.PrefillSeconds),
        ["first_token_seconds"] = Real(round.FirstTokenSeconds),
        ["decode_seconds"] = Real(round.DecodeSeconds),
        ["model_seconds"] = Real(round.ModelSeconds),
        ["drafted"] = Array(round.Drafted, static n => JsonValue.Create(n)),
        ["accepted"] = Array(round.Accepted, static n => JsonValue.Create(n)),
    };

    private static JsonObject Costs(PassCostCurve costs) => new()
    {
        ["context"] = costs.Context,
        ["int8_tops"] = Real(costs.Limits.Int8Tops),
        ["f32_tflops"] = Real(costs.Limits.Float32Tops),
        ["bandwidth_gbs"] = Real(costs.Limits.BandwidthGbs),
        ["rows"] = Array(costs.Points, static p => new JsonObject
        {
            ["rows"] = p.Rows,
            ["seconds"] = Real(p.Seconds),
            ["best_seconds"] = Real(p.BestSeconds),
            ["memory_seconds"] = Real(p.MemorySeconds),
            ["arithmetic_seconds"] = Real(p.ArithmeticSeconds),
        }),
    };

    private static JsonObject Shown(ShownText shown) => new()
    {
        ["strategy"] = shown.Way.Name,
        ["text"] = shown.Text,
        ["tokens"] = shown.Tokens,
        ["passes"] = Array(shown.Passes, static p => new JsonObject
        {
            ["pass"] = p.Number,
            ["said"] = Array(p.Said, static t => JsonValue.Create(t)),
            ["accepted"] = Array(p.Accepted, static t => JsonValue.Create(t)),
            ["rejected"] = Array(p.Rejected, static t => JsonValue.Create(t)),
            ["correction"] = p.Correction,
            ["drafted"] = Array(p.Drafted, static t => JsonValue.Create(t)),
        }),
    };

    private static JsonObject Of(Spread spread) => new() { ["median"] = Real(spread.Median), ["least"] = Real(spread.Least), ["most"] = Real(spread.Most) };

    // JSON has no infinities.
    private static JsonValue? Real(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;

    private static JsonArray Array<T>(IEnumerable<T> values, Func<T, JsonNode?> convert) => [.. values.Select(convert)];
}
