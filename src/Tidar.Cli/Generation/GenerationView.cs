using Tidar.Cli.Hosting;
using Tidar.Cli.Prompts;
using Tidar.Decoding.Engine;
using Tidar.Models.Tokenization;

namespace Tidar.Cli.Generation;

/// <summary>Shows texts to a person while they are written.</summary>
/// <param name="context">Where to.</param>
/// <param name="tokenizer">The model's tokenizer; null shows ids.</param>
internal abstract class GenerationView(CommandContext context, Tokenizer? tokenizer)
{
    /// <summary>Where the text goes.</summary>
    protected TextWriter Output => context.Output;

    /// <summary>How it may look there.</summary>
    protected TerminalStyle Style => context.OutputStyle;

    /// <summary>The model's tokenizer; null where only ids can be shown.</summary>
    protected Tokenizer? Tokenizer => tokenizer;

    /// <summary>The view that <c>--show</c> names.</summary>
    public static GenerationView Create(string? name, CommandContext context, Tokenizer? tokenizer) => name switch
    {
        "text" => new TextView(context, tokenizer),
        "steps" => new StepsView(context, tokenizer),
        _ => new DraftView(context, tokenizer),
    };

    /// <summary>A text begins.</summary>
    public abstract void Begin(EncodedPrompt prompt);

    /// <summary>A pass is done.</summary>
    public abstract void Show(GenerationUpdate update);

    /// <summary>The text is finished.</summary>
    public abstract void End(GenerationResult result);

    /// <summary>The new part of a text, or its ids where there is no tokenizer.</summary>
    protected string TextOf(GenerationUpdate update) => tokenizer is null ? string.Concat(update.Tokens.Select(static t => $"{t} ")) : Style.Safe(update.Text);
}
