using System.Globalization;
using Tidar.Cli.Hosting;
using Tidar.Training;
using Tidar.Training.Recipes;

namespace Tidar.Cli.Progress;

/// <summary>What a training command says: what runs and how large it is, its progress, where the result lies.</summary>
/// <param name="context">Where to say it.</param>
/// <param name="json">Whether standard output holds JSON only.</param>
internal sealed class TrainingReport(CommandContext context, bool json)
{
    /// <summary>Where people read; not standard output where that holds JSON.</summary>
    public TextWriter Writer { get; } = json ? context.Error : context.Output;

    /// <summary>How <see cref="Writer"/> is written to.</summary>
    public TerminalStyle Style { get; } = json ? context.ErrorStyle : context.OutputStyle;

    /// <summary>Follows a run to its end.</summary>
    /// <param name="parameters">What is trained, e.g. "1,234 parameters".</param>
    /// <param name="workers">Who trains, e.g. "2 threads".</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="step">Steps done so far.</param>
    /// <param name="view">Shows the progress.</param>
    /// <param name="run">The run.</param>
    /// <returns>The last step's progress; null where none was left to do.</returns>
    public TrainingProgress? Follow(
        string parameters, string workers, TrainingRecipe recipe, int step, TrainingProgressView view, Func<Action<TrainingProgress>, TrainingProgress?> run)
    {
        Writer.WriteLine(Style.Dim($"{parameters}, step {step} of {recipe.Steps}, {workers}, output {recipe.Output}"));
        Writer.Flush();
        return view.Follow(recipe.Steps, step, run);
    }

    /// <summary>Says where the result lies.</summary>
    public void Finish(string what, int step, TrainingProgress? last, string? folder)
    {
        if (json)
            TrainingJson.Write(context.Output, step, last, folder);
        else
            Writer.WriteLine($"{what} in {folder}");
    }

    /// <summary>A number as people read it.</summary>
    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
