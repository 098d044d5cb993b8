// Tabulates what run.sh left: dotnet run recipes/compare-objectives/evaluate.cs [runs/compare-objectives]
#:property RunAnalyzers=false
using System.Globalization;
using System.Text.Json;

string folder = args.Length > 0 ? args[0] : "runs/compare-objectives";
JsonElement[] prompts = Lines(Path.Combine(folder, "prompts.jsonl"));
Console.WriteLine("| model | held-out AR loss | held-out diffusion loss |");
Console.WriteLine("|---|---|---|");
foreach (string kind in new[] { "ar", "tidar", "tidar-random-mask", "block-diffusion", "masked-diffusion" })
{
    JsonElement last = Lines(Path.Combine(folder, kind, "metrics.jsonl"))[^1];
    Console.WriteLine($"| {kind} | {Loss(last, "held_out_ar_loss")} | {Loss(last, "held_out_diffusion_loss")} |");
}

Console.WriteLine();
Console.WriteLine("| answers | word problems right | other answers exactly right | tokens a pass |");
Console.WriteLine("|---|---|---|---|");
foreach (string file in Directory.GetFiles(folder, "*.jsonl").Where(f => Path.GetFileName(f) != "prompts.jsonl").Order(StringComparer.Ordinal))
{
    JsonElement[] answers = Lines(file);
    int[] right = [0, 0], all = [0, 0];
    long tokens = 0, passes = 0;
    for (int i = 0; i < answers.Length; i++)
    {
        JsonElement prompt = prompts[i];
        string text = answers[i].GetProperty("text").GetString()!;
        bool isProblem = prompt.GetProperty("kind").GetString() == "word_problem";
        int group = isProblem ? 0 : 1;
        all[group]++;
        if (isProblem ? LastAnswer(text) == prompt.GetProperty("answer").GetString() : text.TrimEnd() == prompt.GetProperty("completion").GetString()!.TrimEnd())
            right[group]++;
        tokens += answers[i].GetProperty("ids").GetArrayLength();
        passes += answers[i].GetProperty("passes").GetInt64();
    }

    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {Path.GetFileNameWithoutExtension(file)} | {right[0]} of {all[0]} | {right[1]} of {all[1]} | {(double)tokens / passes:F2} |"));
}

static JsonElement[] Lines(string path) => [.. File.ReadLines(path).Where(l => l.StartsWith('{')).Select(l => JsonDocument.Parse(l).RootElement)];

static string Loss(JsonElement metrics, string name) =>
    metrics.TryGetProperty(name, out JsonElement value) && value.GetDouble() > 0 ? value.GetDouble().ToString("F3", CultureInfo.InvariantCulture) : "–";

// The number after the last "Answer: ".
static string? LastAnswer(string text)
{
    int start = text.LastIndexOf("Answer: ", StringComparison.Ordinal);
    return start < 0 ? null : string.Concat(text[(start + 8)..].TakeWhile(char.IsAsciiDigit));
}
