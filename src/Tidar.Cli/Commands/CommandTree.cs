using System.CommandLine;
using Tidar.Cli.Hosting;

namespace Tidar.Cli.Commands;

/// <summary>All commands.</summary>
internal static class CommandTree
{
    /// <summary>The root command, whose actions write to <paramref name="context"/>.</summary>
    public static RootCommand Create(CommandContext context)
    {
        RootCommand root = new("TiDAR language models: several tokens per forward pass, exactly the text of the autoregressive model.");
        root.Add(GenerateCommand.Create(context));
        root.Add(ScoreCommand.Create(context));
        root.Add(LogitsCommand.Create(context));
        root.Add(InspectCommand.Create(context));
        root.Add(TokenizeCommand.Create(context));
        root.Add(TemplateCommand.Create(context));
        root.Add(TokenizerTrainCommand.Create(context));
        root.Add(TrainCommand.Create(context));
        root.Add(PlotCommand.Create(context));
        root.Add(BenchCommand.Create(context));
        root.Add(CompareCommand.Create(context));
        root.Add(ProfileCommand.Create(context));
        root.Add(SimulateCommand.Create(context));
        root.Add(AdaptCommand.Create(context));
        root.Add(DistillCommand.Create(context));
        root.Add(SelectorCommand.Create(context));
        root.SetAction(parsed => root.Parse(["--help"]).Invoke(parsed.InvocationConfiguration));
        return root;
    }
}
