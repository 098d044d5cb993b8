using System.Text.Json;
using Tidar.Training.Losses;

namespace Tidar.Training.Tests;

/// <summary>One case of <c>goldens/tidar/loss</c>.</summary>
internal sealed record LossCase(JsonElement Json, TrainingObjective Objective, TidarLayout Layout, double Alpha, TokenSequence[] Documents)
{
    public static LossCase Read(string file, int maskToken)
    {
        JsonElement json = GoldenRun.ReadJson(file);
        bool random = json.TryGetProperty("visible", out JsonElement visible);
        TrainingObjective objective = random ? TrainingObjective.TidarRandomMask : TrainingObjective.Tidar;
        JsonElement[] documents = [.. json.GetProperty("documents").EnumerateArray()];
        TokenSequence[] sequences = [.. documents.Select((d, i) => new TokenSequence(
            GoldenRun.Integers(d),
            json.TryGetProperty("labelled", out JsonElement labelled) ? GoldenRun.Flags(labelled[i]) : null,
            random ? new RandomMasking(GoldenRun.Flags(visible[i]), [.. json.GetProperty("t")[i].EnumerateArray().Select(e => e.GetDouble())]) : null))];
        TidarLayout layout = new(objective, json.GetProperty("draft_length").GetInt32(), maskToken);
        return new LossCase(json, objective, layout, json.GetProperty("alpha").GetDouble(), sequences);
    }
}
