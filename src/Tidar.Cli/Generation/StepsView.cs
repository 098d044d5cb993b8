using Tidar.Cli.Hosting;
using Tidar.Cli.Prompts;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Sequences;
using Tidar.Models.Tokenization;

namespace Tidar.Cli.Generation;

/// <summary>A line a pass: what was drafted, how much of it was accepted, what the AR half said instead. A summary follows.</summary>
internal sealed class StepsView(CommandContext context, Tokenizer? tokenizer) : GenerationView(context, tokenizer)
{
    private DecodingStep? _step;

    /// <inheritdoc/>
    public override void Begin(EncodedPrompt prompt)
    {
        _step = null;
        Output.WriteLine(Style.Dim($"prompt: {(prompt.Text is null ? $"{prompt.Ids.Length} ids" : Visible(prompt.Text))}"));
    }

    /// <inheritdoc/>
    public override void Show(GenerationUpdate update)
    {
        bool again = ReferenceEquals(update.Step, _step);
        _step = update.Step;
        Output.WriteLine($"{Style.Dim($"pass {update.Pass,3}")}  {Describe(update, again)}");
        Output.Flush();
    }

    /// <inheritdoc/>
    public override void End(GenerationResult result)
    {
        Output.WriteLine();
        if (result.Text is not null)
            Output.WriteLine(Style.Safe(result.Text));
        Output.WriteLine();
        foreach (string line in GenerationSummary.Lines(result, Style))
            Output.WriteLine(Style.Dim(line));
        Output.Flush();
    }

    private string Describe(GenerationUpdate update, bool again)
    {
        if (update.Step is { Kind: StepKind.Verify, Draft: { } draft, Accepted: { } accepted } step && !again)
        {
            // Where an alternative won, what the draft had said instead is what was rejected.
            string agreed = Style.Green(Show([.. step.AcceptedTokens])), rest = Style.Dim(Show([.. draft.Skip(accepted - (step.Branch?.Count ?? 0))]));
            string marked = rest.Length == 0 ? agreed : Style.Colour ? agreed + rest : $"{agreed} | {rest}";
            return $"{accepted}/{draft.Count}  {marked} -> {Style.Yellow(Show([step.Corrected!.Value]))}";
        }

        string next = update.Step?.NextDraft is { } drafted ? $"drafts {Style.Dim(Show([.. drafted]))}" : "";
        string committed = update.Tokens.Count > 0 ? Style.Yellow(Show([.. update.Tokens])) : "prompt";
        return $"     {committed} {next}".TrimEnd();
    }

    private string Show(int[] ids) => Tokenizer is null ? string.Join(' ', ids) : Visible(Tokenizer.Decode(ids));

    private string Visible(string text) => Style.Safe(text.ReplaceLineEndings("\\n"));
}
