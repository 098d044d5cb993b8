using Tidar.Cli.Models;
using Tidar.Models;
using Tidar.Models.Chat;
using Tidar.Models.Tokenization;

namespace Tidar.Cli.Prompts;

/// <summary>Makes tokens of prompts. Special tokens written in a prompt count as such; what a template renders brings its own.</summary>
/// <param name="text">The model's tokenizer and template.</param>
internal sealed class PromptEncoder(ModelText text)
{
    /// <summary>Encodes all prompts, so that a mistake in the last is found before the first is run.</summary>
    /// <exception cref="InvalidInputException">The model lacks the tokenizer or the template that a prompt needs, or one of them refuses it.</exception>
    public List<EncodedPrompt> Encode(IEnumerable<PromptLine> lines) => [.. lines.Select(Encode)];

    private EncodedPrompt Encode(PromptLine line)
    {
        EncodedPrompt unencoded = new(line.Ids ?? [], line.Text, line.Source) { Completion = line.CompletionIds };
        if (line.Ids is not null && line.Completion is null)
            return unencoded;
        return unencoded.Guard(() =>
        {
            Tokenizer tokenizer = text.RequireTokenizer();
            EncodedPrompt completed = line.Completion is null ? unencoded : unencoded with { Completion = tokenizer.Encode(line.Completion, addSpecialTokens: false) };
            if (line.Ids is not null)
                return completed;
            string prompt = line.Text ?? Render(text.RequireChat(), line);
            bool addSpecial = line.AddSpecial ?? line.Text is not null;
            return completed with { Ids = tokenizer.Encode(prompt, addSpecial), Text = prompt };
        });
    }

    private static string Render(ChatFormat chat, PromptLine line)
    {
        try
        {
            return chat.Render(line.Messages!.Value, line.Tools);
        }
        catch (TemplateException error)
        {
            throw error.ToInvalidInput(chat.Source);
        }
    }
}
