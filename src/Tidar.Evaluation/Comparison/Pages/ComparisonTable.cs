namespace Tidar.Evaluation.Comparison.Pages;

/// <summary>The table of ways, the same in a terminal, in Markdown and on the page.</summary>
public static class ComparisonTable
{
    /// <summary>Its columns.</summary>
    public static IReadOnlyList<ComparisonColumn> Columns { get; } =
    [
        new("way", "how it decodes", static w => w.Way.Name),
        new("text", "whether every token of every text is AR's", Verdict),
        new("tokens/s", "tokens by seconds behind the prompts: median of the rounds", static w => Figure.Of(w.TokensPerSecond.Median, 0)),
        new("best", "the best round", static w => Figure.Of(w.TokensPerSecond.Most, 0)),
        new("÷ AR", "speed by AR's in the same round: median of the rounds", static w => Figure.Of(w.Speedup.Median, 2)),
        new("spread", "least and largest of those", static w => $"{Figure.Of(w.Speedup.Least, 2)}–{Figure.Of(w.Speedup.Most, 2)}"),
        new("T/NFE", "tokens a pass, every prompt counted as one pass", static w => Figure.Of(w.Middle.TokensPerPass, 2)),
        new("behind", "tokens a pass behind the prompt: all but the first token, by all but the first pass", static w => Figure.Of(w.Middle.TokensPerPassBehindPrompt, 2)),
        new("first, ms", "milliseconds from the start to the first token: median of the texts (a drafting way says it with its second pass)", static w => Figure.Milliseconds(w.FirstTokenSeconds.Median)),
        new("passes", "passes of all texts in one round", static w => $"{w.Middle.Passes}"),
        new("drafted", "guessed tokens that were checked (the decided first token of a draft is none)", static w => $"{w.Middle.Guessed}"),
        new("accepted", "those of them that were right", static w => w.Middle.Guessed > 0 ? $"{w.Middle.Right} ({Figure.Percent(w.Middle.Right, w.Middle.Guessed)})" : "0"),
        new("ms a pass", "mean time of a pass behind the prompts inside the model: forward pass and logits", static w => Figure.Milliseconds(w.PassSeconds.Median)),
        new("× AR's", "that as a multiple of AR's in the same round", static w => Figure.Of(w.RelativeCost.Median, 2)),
        new("efficiency", "(speed ÷ AR's) ÷ (tokens a pass ÷ relative cost of a pass): 1 where no more time is lost outside the passes than in AR decoding", static w => Figure.Of(w.Efficiency.Median, 2)),
        new("in model", "share of the time behind the prompts that the model ran", static w => Figure.Percent(w.ModelShare.Median, 1)),
    ];

    /// <summary>A row's cells.</summary>
    public static string[] Row(WayResult way) => [.. Columns.Select(c => c.Cell(way))];

    /// <summary>Headings of the table of slots: how often guesses were right, by their place in the draft.</summary>
    public static string[] SlotHeadings(SettingResult setting) => ["way", .. Enumerable.Range(1, SlotCount(setting)).Select(static s => $"slot {s}")];

    /// <summary>Rows of the table of slots: for every way that drafts, of a hundred checks of a slot those that were right with all before it.</summary>
    public static IEnumerable<string[]> SlotRows(SettingResult setting)
    {
        int slots = SlotCount(setting);
        return Drafting(setting).Select(w => (string[])
        [
            w.Way.Name,
            .. Enumerable.Range(1, slots).Select(s => s < w.Middle.Drafted.Count ? Figure.Percent(w.Middle.Accepted[s], w.Middle.Drafted[s]) : ""),
        ]);
    }

    /// <summary>The ways whose drafts have slots that were guessed.</summary>
    public static IEnumerable<WayResult> Drafting(SettingResult setting) => setting.Ways.Where(static w => w.Middle.Guessed > 0);

    /// <summary>The result in a sentence or two.</summary>
    public static string Summary(SettingResult setting)
    {
        WayResult? own = Fastest(setting.Ways.Where(static w => w.Way.HasOwnText)), fastest = Fastest(setting.Ways.Skip(1).Where(static w => w.EqualsReference == true));
        WayResult[] held = [.. setting.Ways.Skip(1).Where(static w => w.EqualsReference is not null)];
        string[] different = [.. held.Where(static w => w.EqualsReference == false).Select(static w => w.Way.Name)];
        string speed = fastest is null || fastest.Speedup.Median <= 1
            ? $"With AR's text nothing was faster than AR decoding{(fastest is null ? "" : $" (next: {Name(fastest)})")}"
            : $"Fastest with AR's text: {Name(fastest)}";
        if (own is not null && own.Speedup.Median > Math.Max(1, fastest?.Speedup.Median ?? 1))
            speed += $"; faster with a text of its own: {Name(own)}";
        string texts = held.Length == 0 ? "no way was there whose text has to be AR's"
            : different.Length == 0 ? $"all {held.Length} ways whose text has to be AR's gave it token for token"
            : $"NOT AR's text: {string.Join(", ", different)}";
        return $"{speed}; {texts}.";
    }

    private static WayResult? Fastest(IEnumerable<WayResult> ways) => ways.Where(static w => double.IsFinite(w.Speedup.Median)).MaxBy(static w => w.Speedup.Median);

    private static string Name(WayResult way) => $"{way.Way.Name}, {Figure.Of(way.Speedup.Median, 2)} × AR";

    private static int SlotCount(SettingResult setting) => Drafting(setting).Select(static w => w.Middle.Drafted.Count - 1).DefaultIfEmpty(0).Max();

    private static string Verdict(WayResult way) => way.EqualsReference switch
    {
        _ when way.Way == DecodingWays.Reference => "AR",
        true => "= AR",
        false => $"differs (text {way.Difference!.Value.Text + 1}, token {way.Difference!.Value.Token + 1})",
        null => "own text",
    };
}
