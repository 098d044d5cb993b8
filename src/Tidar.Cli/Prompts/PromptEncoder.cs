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
        if (line.Ids is int[] ids)
            return new EncodedPrompt(ids, null, line.Source);
        EncodedPrompt unencoded = new([], line.Text, line.Source);
        return unencoded.Guard(() =>
        {
            Tokenizer tokenizer = text.RequireTokenizer();
            string prompt = line.Text ?? Render(text.RequireChat(), line);
            bool addSpecial = line.AddSpecial ?? line.Text is not null;
            return unencoded with { Ids = tokenizer.Encode(prompt, addSpecial), Text = prompt };
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
