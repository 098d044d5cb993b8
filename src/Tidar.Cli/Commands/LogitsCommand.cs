using System.CommandLine;
using Tidar.Cli.Hosting;
using Tidar.Cli.Models;
using Tidar.Cli.Options;
using Tidar.Cli.Output;
using Tidar.Cli.Prompts;
using Tidar.Decoding.Scoring;

namespace Tidar.Cli.Commands;

/// <summary><c>tidar logits</c>: what the model predicts after a prompt, raw.</summary>
internal static class LogitsCommand
{
    public static Command Create(CommandContext context)
    {
        ModelOptions model = new(exact: true);
        Option<string> prompts = Opt.RequiredText("--prompts", "FILE", "JSONL, one prompt or ids a line");
        Option<string?> rows = Opt.Choice("--rows", "logits after the last token, or the most likely token after every one (default: last)", "last", "all");
        Command command = new("logits", "Print raw logits after a prompt, or the most likely next token at every position.") { prompts, rows };
        model.AddTo(command);
        command.SetAction(parsed => Run(context, model, parsed, parsed.GetRequiredValue(prompts), parsed.GetValue(rows) == "all"));
        return command;
    }

    private static int Run(CommandContext context, ModelOptions options, ParseResult parsed, string file, bool everyRow)
    {
        bool json = options.Json(parsed);
        List<PromptLine> lines = PromptFile.Read(file, PromptFields.Prompt | PromptFields.Ids);
        using LoadedModel model = options.Open(parsed, context);
        List<EncodedPrompt> prompts = new PromptEncoder(model.Text).Encode(lines);
        SequenceScorer scorer = new(model.Transformer);
        foreach (EncodedPrompt prompt in prompts)
        {
            if (everyRow)
                WriteRows(context, json, prompt.Ids, prompt.Guard(() => scorer.ArgMax(prompt.Ids, context.Cancellation)));
            else
                WriteLast(context, json, prompt.Ids, prompt.Guard(() => scorer.LastLogits(prompt.Ids, context.Cancellation)));
        }

        return ExitCode.Done;
    }

    private static void WriteRows(CommandContext context, bool json, int[] ids, int[] best)
    {
        if (!json)
        {
            context.Output.WriteLine(string.Join(' ', best));
            return;
        }

        JsonLine.Write(context.Output, writer =>
        {
            writer.Numbers("ids", ids);
            writer.Numbers("argmax", best);
        });
    }

    private static void WriteLast(CommandContext context, bool json, int[] ids, float[] logits)
    {
        int best = Array.IndexOf(logits, logits.Max());
        if (!json)
        {
            context.Output.WriteLine($"{best} {logits[best]}");
            return;
        }

        JsonLine.Write(context.Output, writer =>
        {
            writer.Numbers("ids", ids);
            writer.WriteNumber("argmax", best);
            writer.WriteStartArray("logits");
            foreach (float logit in logits)
                writer.RealValue(logit);
            writer.WriteEndArray();
        });
    }
}
