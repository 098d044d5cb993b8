using Tidar.Cli.Hosting;
using Tidar.Cli.Progress;
using Tidar.Training;
using Tidar.Training.Losses;

namespace Tidar.Cli.Tests.Progress;

public sealed class TrainingProgressViewTests
{
    [Fact]
    public void A_held_out_loss_above_its_lowest_is_mentioned()
    {
        double[] losses = [2.2, 2.0, 2.01, 2.3, 1.9];
        using StringWriter writer = new();
        new TrainingProgressView(writer, TerminalStyle.Plain).Follow(losses.Length, 0, report =>
        {
            for (int step = 1; step <= losses.Length; step++)
                report(Evaluated(step, losses.Length, losses[step - 1]));
            return null;
        });
        string[] lines = writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(losses.Length, lines.Length);
        Assert.Equal([false, false, false, true, false], lines.Select(static l => l.Contains("held-out loss was 2.0000 at step 2", StringComparison.Ordinal)));
        Assert.Equal(1, lines.Count(static l => l.Contains("more text", StringComparison.Ordinal)));
    }

    private static TrainingProgress Evaluated(int step, int steps, double heldOut) =>
        new(step, steps, 2, 0, 2, 0.001, 1, 100, 10, TimeSpan.Zero, new LossSums(0, heldOut, 0, 1), null);
}
