using System.CommandLine;
using Tidar.Cli.Hosting;
using Tidar.Cli.Inspection;
using Tidar.Cli.Options;
using Tidar.Cli.Output;
using Tidar.Models.Weights.Inspection;

namespace Tidar.Cli.Commands;

/// <summary><c>tidar inspect PATH</c>: says what a checkpoint or one of its files holds, after checking all of it.</summary>
internal static class InspectCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string> path = new("PATH") { Description = "model folder, GGUF file, or a lone .safetensors, config.json, index or tokenizer.json" };
        Option<bool> json = Opt.Json();
        Command command = new("inspect", "Show what a checkpoint holds (architecture, tensors, tokenizer) and check everything in it.") { path, json };
        command.SetAction(parsed => Run(context, parsed.GetRequiredValue(path), parsed.GetValue(json)));
        return command;
    }

    private static int Run(CommandContext context, string path, bool json)
    {
        InspectionReport report = CheckpointInspector.Inspect(path);
        if (json)
            JsonLine.Write(context.Output, writer => InspectionJson.Write(writer, report));
        else
            InspectionView.Show(context, report);
        return ExitCode.Done;
    }
}
