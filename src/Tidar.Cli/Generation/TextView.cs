using Tidar.Cli.Hosting;
using Tidar.Cli.Prompts;
using Tidar.Decoding.Engine;
using Tidar.Models.Tokenization;

namespace Tidar.Cli.Generation;

/// <summary>The text and nothing else, as it comes.</summary>
internal sealed class TextView(CommandContext context, Tokenizer? tokenizer) : GenerationView(context, tokenizer)
{
    /// <inheritdoc/>
    public override void Begin(EncodedPrompt prompt)
    {
        // The text speaks for itself.
    }

    /// <inheritdoc/>
    public override void Show(GenerationUpdate update)
    {
        Output.Write(TextOf(update));
        Output.Flush();
    }

    /// <inheritdoc/>
    public override void End(GenerationResult result) => Output.WriteLine();
}
