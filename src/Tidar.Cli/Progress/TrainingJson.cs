using Tidar.Cli.Output;
using Tidar.Training;

namespace Tidar.Cli.Progress;

/// <summary>The last line of a training command under <c>--json</c>.</summary>
internal static class TrainingJson
{
    /// <summary>Writes it. A finished run that is resumed has no step to report figures of.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="step">Steps done.</param>
    /// <param name="last">The last step of this call; null where there was none.</param>
    /// <param name="folder">What the run left.</param>
    public static void Write(TextWriter output, int step, TrainingProgress? last, string? folder) => JsonLine.Write(output, writer =>
    {
        writer.WriteNumber("step", step);
        writer.Real("loss", last?.Loss ?? double.NaN);
        writer.Real("ar_loss", last?.AutoregressiveLoss ?? double.NaN);
        writer.Real("diffusion_loss", last?.DiffusionLoss ?? double.NaN);
        if (last is null)
            writer.WriteNull("tokens");
        else
            writer.WriteNumber("tokens", last.Tokens);
        writer.Real("tokens_per_second", last?.TokensPerSecond ?? double.NaN);
        writer.WriteString("checkpoint", folder);
    });
}
