using System.CommandLine;
using Tidar.Cli.Hosting;
using Tidar.Cli.Models;
using Tidar.Decoding.Engine;
using Tidar.Kernels.Matrices;
using Tidar.Models;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;

namespace Tidar.Cli.Options;

/// <summary>The option <c>--draft-model</c>: the second model of strategy draft-model.</summary>
internal sealed class DraftModelOption
{
    private const string Name = "--draft-model";

    private readonly Option<string?> _named = Opt.Text(Name, "PATH|NAME", "the model that drafts in strategy draft-model; it has the vocabulary of --model");

    /// <summary>Adds the option to a command.</summary>
    public void AddTo(Command command) => command.Options.Add(_named);

    /// <summary>Opens the draft model, and checks that its tokens are the model's.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="strategy">The strategy asked for.</param>
    /// <param name="model">The model that it drafts for.</param>
    /// <param name="format">Format of its weights; null for the fastest that suits it.</param>
    /// <returns>The draft model; null under other strategies.</returns>
    /// <exception cref="CommandLineException">The strategy needs a draft model and none is named, or the other way round.</exception>
    /// <exception cref="InvalidInputException">There is no such model, it is malformed, or it has another vocabulary.</exception>
    public LoadedModel? Open(ParseResult parsed, StrategyKind strategy, LoadedModel model, WeightFormat? format)
    {
        if (strategy != StrategyKind.DraftModel)
        {
            return parsed.GetValue(_named) is null ? null : throw new CommandLineException(
                $"{Name}: expected --strategy {DecodingNames.Of(StrategyKind.DraftModel)} beside it, found strategy {DecodingNames.Of(strategy)}");
        }

        return Open(parsed, model, format) ?? throw new CommandLineException($"--strategy {DecodingNames.Of(strategy)}: expected {Name} PATH|NAME beside it, found none");
    }

    /// <summary>Opens the draft model, and checks that its tokens are the model's.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="model">The model that it drafts for.</param>
    /// <param name="format">Format of its weights; null for the fastest that suits it.</param>
    /// <returns>The draft model; null where none is named.</returns>
    /// <exception cref="InvalidInputException">There is no such model, it is malformed, or it has another vocabulary.</exception>
    public LoadedModel? Open(ParseResult parsed, LoadedModel model, WeightFormat? format)
    {
        if (parsed.GetValue(_named) is not string named)
            return null;
        Checkpoint checkpoint = Checkpoint.Open(ModelLocator.FindDraft(named));
        LoadedModel draft = new(checkpoint, model, format ?? Transformer.FastFormat(checkpoint));
        try
        {
            DraftModel.RequireSameTokens(model.Config, model.Text.Tokenizer, draft.Config, draft.Text.Tokenizer);
            return draft;
        }
        catch
        {
            draft.Dispose();
            throw;
        }
    }
}
