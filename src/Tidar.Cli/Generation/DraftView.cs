using Tidar.Cli.Hosting;
using Tidar.Cli.Prompts;
using Tidar.Decoding.Engine;
using Tidar.Models.Tokenization;

namespace Tidar.Cli.Generation;

/// <summary>
/// The text behind its prompt, as it comes. On a terminal the prompt is dim, what was drafted and accepted is green, what the AR half said itself is
/// yellow. A summary follows.
/// </summary>
internal sealed class DraftView(CommandContext context, Tokenizer? tokenizer) : GenerationView(context, tokenizer)
{
    private OriginTracker? _origins;

    /// <inheritdoc/>
    public override void Begin(EncodedPrompt prompt)
    {
        _origins = Style.Colour && Tokenizer is not null ? new OriginTracker(Tokenizer) : null;
        if (!Style.IsTerminal || prompt.Text is null)
            return;
        Output.Write(Style.Dim(Style.Safe(prompt.Text)));
        Output.Flush();
    }

    /// <inheritdoc/>
    public override void Show(GenerationUpdate update)
    {
        if (_origins is null || update.Step is null)
        {
            Output.Write(TextOf(update));
        }
        else
        {
            foreach ((string text, TokenOrigin origin) in _origins.Take(update))
                Output.Write(origin == TokenOrigin.Draft ? Style.Green(Style.Safe(text)) : Style.Yellow(Style.Safe(text)));
        }

        Output.Flush();
    }

    /// <inheritdoc/>
    public override void End(GenerationResult result)
    {
        Output.WriteLine();
        Output.WriteLine();
        foreach (string line in GenerationSummary.Lines(result, Style))
            Output.WriteLine(Style.Dim(line));
        Output.Flush();
    }
}
