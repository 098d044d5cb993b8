namespace Tidar.Evaluation.Comparison.Pages;

/// <summary>What a comparison holds for, as names and values; the same in a terminal, in Markdown and on the page.</summary>
public static class ComparisonFacts
{
    /// <summary>The facts.</summary>
    public static IEnumerable<(string Name, string Value)> Of(ComparisonReport report)
    {
        ComparisonHeader header = report.Header;
        ComparisonRequest request = report.Request;
        yield return ("processor", $"{header.Key.Processor}, tier {header.Key.Tier}, {header.Key.Threads} threads");
        yield return ("model", $"{header.Model}{(header.Adapter is null ? "" : $", adapter {header.Adapter}")}");
        yield return ("shape", $"{header.Key.Model}, {Figure.Of(header.Parameters / 1e6, 1)} million weights, K = {header.Key.DraftLength}");
        yield return ("weights", header.Key.Weights);
        yield return ("prompts", $"{request.Prompts.Count}, at most {request.Options.MaxTokens} tokens each, {(request.Options.Sampling.IsGreedy ? "greedy" : $"temperature {request.Options.Sampling.Temperature}")}");
        yield return ("rounds", $"{request.Repetitions}, ways in turns; other work on the machine makes figures rough");
        yield return ("date", $"{header.Date:yyyy-MM-dd HH:mm} UTC, tidar {header.Version}");
        yield return ("command", header.CommandLine);
        if (report.Costs is PassCostCurve costs)
        {
            yield return ("limits", $"int8 {Figure.Of(costs.Limits.Int8Tops, 2)} TOP/s, float32 {Figure.Of(costs.Limits.Float32Tops, 3)} TFLOP/s, memory {Figure.Of(costs.Limits.BandwidthGbs, 1)} GB/s");
        }
    }

    /// <summary>A setting in words, with the tokens of its prompts.</summary>
    public static string Describe(SettingResult setting)
    {
        Spread tokens = setting.PromptTokens;
        string range = tokens.Least.Equals(tokens.Most) ? $"{tokens.Least}" : $"{tokens.Least} to {tokens.Most}";
        string padded = setting.Setting.Context is null ? "" : ", padded in front with the prompts' own text over again; end tokens ignored";
        return $"{setting.Setting.Name}: {setting.Texts} texts a round, prompts of {range} tokens{padded}";
    }
}
