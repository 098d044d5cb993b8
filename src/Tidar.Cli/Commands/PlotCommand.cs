using System.CommandLine;
using Tidar.Cli.Hosting;
using Tidar.Cli.Options;
using Tidar.Cli.Output;
using Tidar.Training.Plots;

namespace Tidar.Cli.Commands;

/// <summary><c>tidar plot</c>: the picture of a training run.</summary>
internal static class PlotCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string> metrics = new("METRICS.jsonl") { Description = "metrics of a run, running or finished" };
        Option<string?> output = Opt.Text("--out", "FILE.svg", $"the picture (default: {TrainingCurve.FileName} beside the metrics)");
        Option<bool> json = Opt.Json();
        Command command = new("plot", "Draw losses and tokens a pass of a training run as SVG.") { metrics, output, json };
        command.SetAction(parsed =>
        {
            string source = parsed.GetRequiredValue(metrics);
            string path = parsed.GetValue(output) ?? Path.Combine(Path.GetDirectoryName(source) ?? "", TrainingCurve.FileName);
            TrainingCurve.Draw(source, path);
            if (parsed.GetValue(json))
                JsonLine.Write(context.Output, writer => writer.WriteString("path", path));
            else
                context.Output.WriteLine(path);
            return ExitCode.Done;
        });
        return command;
    }
}
