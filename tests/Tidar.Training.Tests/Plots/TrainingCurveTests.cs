using System.Xml.Linq;
using Tidar.Tests;
using Tidar.Training.Plots;

namespace Tidar.Training.Tests.Plots;

public sealed class TrainingCurveTests
{
    // A run that gets its selector at step 3: what is called "fused" was measured without one before, and has another name after.
    [Fact]
    public void Tokens_a_pass_with_and_without_a_selector_are_series_of_their_own()
    {
        using TemporaryFolder folder = new();
        string metrics = Path.Combine(folder.Path, "metrics.jsonl"), picture = Path.Combine(folder.Path, "curve.svg");
        File.WriteAllLines(metrics, [Line(1, 2, null), Line(2, 2.5, null)]);
        Assert.Equal(["fused", "two-pass"], Draw());
        File.AppendAllLines(metrics, [Line(3, 3.5, 2.6), Line(4, 3.6, 2.7)]);
        Assert.Equal(["fused", "fused, selector", "two-pass", "two-pass, selector"], Draw());

        string[] Draw()
        {
            TrainingCurve.Draw(metrics, picture);
            return [.. XDocument.Load(picture).Descendants().Where(static e => e.Name.LocalName == "text").Select(static e => e.Value)
                .Where(static t => t.StartsWith("fused", StringComparison.Ordinal) || t.StartsWith("two-pass", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal)];
        }

        static string Line(int step, double tokens, double? without) => FormattableString.Invariant(
            $"{{\"step\":{step},\"diffusion_loss\":2,\"held_out_tokens_per_pass_fused\":{tokens},\"held_out_tokens_per_pass_two_pass\":{tokens}")
            + (without is null ? "}" : FormattableString.Invariant($",\"held_out_without_selector_tokens_per_pass_fused\":{without},\"held_out_without_selector_tokens_per_pass_two_pass\":{without}}}"));
    }
}
