using System.Text.Json;
using Tidar.Charts;
using Tidar.Models;
using Tidar.Models.Files;

namespace Tidar.Training.Plots;

/// <summary>The picture of a run, from its <c>metrics.jsonl</c>: losses, held-out losses, and tokens a pass where drafts were measured.</summary>
public static class TrainingCurve
{
    /// <summary>The picture's name beside the metrics.</summary>
    public const string FileName = "curve.svg";

    /// <summary>Reads metrics and writes the picture; lines that are no whole objects (a run is being written, or was killed) are passed over.</summary>
    /// <exception cref="InvalidInputException">The file cannot be read, holds no step, or the picture cannot be written.</exception>
    public static void Draw(string metrics, string picture)
    {
        Dictionary<string, List<ChartPoint>> fields = new(StringComparer.Ordinal);
        int steps = 0;
        foreach (string line in Lines(metrics))
            steps += Read(line, fields) ? 1 : 0;
        if (steps == 0)
            throw new InvalidInputException(metrics, null, "lines of a training run", "none");
        SvgChart chart = new("step");
        SvgPanel losses = chart.Add("loss, nats a token");
        bool hasAutoregressive = Has("ar_loss");
        if (hasAutoregressive)
            losses.AddNoisy("AR", SvgColor.Blue, Values("ar_loss"));
        if (Has("diffusion_loss"))
            losses.AddNoisy("diffusion", SvgColor.Orange, Values("diffusion_loss"));
        if (hasAutoregressive && Has("held_out_ar_loss"))
            losses.AddPoints("AR, held out", SvgColor.Blue, Values("held_out_ar_loss"));
        if (Has("held_out_diffusion_loss"))
            losses.AddPoints("diffusion, held out", SvgColor.Orange, Values("held_out_diffusion_loss"));
        if (Has("held_out_tokens_per_pass_fused"))
        {
            SvgPanel passes = chart.Add("tokens a pass, held out");
            AddDrafts(passes, "fused", "tokens_per_pass_fused", SvgColor.Green, SvgColor.Blue);
            AddDrafts(passes, "two-pass", "tokens_per_pass_two_pass", SvgColor.Purple, SvgColor.Orange);
        }

        AtomicFile.Write(picture, chart.Write);

        // What is measured with a path selector is measured without it too, under another name; a run may get its selector on the way.
        void AddDrafts(SvgPanel panel, string name, string field, string color, string selectorColor)
        {
            List<ChartPoint> all = Values($"held_out_{field}"), without = Values($"held_out_without_selector_{field}");
            HashSet<double> selected = [.. without.Select(static p => p.X)];
            panel.AddPoints(name, color, [.. all.Where(p => !selected.Contains(p.X)).Concat(without).OrderBy(static p => p.X)]);
            if (selected.Count > 0)
                panel.AddPoints($"{name}, selector", selectorColor, [.. all.Where(p => selected.Contains(p.X))]);
        }

        List<ChartPoint> Values(string name) => fields.GetValueOrDefault(name, []);

        // An objective without such a loss writes zeros.
        bool Has(string name) => Values(name).Exists(static p => p.Y != 0);
    }

    private static IEnumerable<string> Lines(string metrics)
    {
        try
        {
            return File.ReadAllLines(metrics);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InvalidInputException(metrics, null, "a readable file", error.Message, error);
        }
    }

    private static bool Read(string line, Dictionary<string, List<ChartPoint>> fields)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("step", out JsonElement step) || !step.TryGetInt64(out long number))
                return false;
            foreach (JsonProperty field in root.EnumerateObject())
            {
                if (field.Value.ValueKind != JsonValueKind.Number)
                    continue;
                if (!fields.TryGetValue(field.Name, out List<ChartPoint>? points))
                    fields.Add(field.Name, points = []);
                points.Add(new ChartPoint(number, field.Value.GetDouble()));
            }

            return true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }
}
