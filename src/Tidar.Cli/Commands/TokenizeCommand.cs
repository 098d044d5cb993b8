using System.CommandLine;
using Tidar.Cli.Hosting;
using Tidar.Cli.Models;
using Tidar.Cli.Options;
using Tidar.Cli.Output;
using Tidar.Cli.Prompts;
using Tidar.Models.Tokenization;
using Tidar.Models.Weights;

namespace Tidar.Cli.Commands;

/// <summary><c>tidar tokenize</c>: text to ids and back, with nothing but a tokenizer.</summary>
internal static class TokenizeCommand
{
    private const string PromptsHelp =
        "JSONL: prompt or messages a line (add_special, default true, adds BOS and the like to a prompt); with --decode ids (skip_special, default false)";

    public static Command Create(CommandContext context)
    {
        Argument<string?> text = new("TEXT") { Description = "text to encode (- reads standard input)", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> prompts = Opt.Text("--prompts", "FILE", PromptsHelp);
        Option<bool> decode = Opt.Flag("--decode", "turn ids into text");
        Option<string?> model = Opt.Text(
            "--model", "PATH|NAME", "model, folder with only a tokenizer, or a lone tokenizer.json (default: the embedded tidar-demo)");
        Option<bool> json = Opt.Json();
        Command command = new("tokenize", "Turn text into token ids, or ids into text.") { text, prompts, decode, model, json };
        command.SetAction(parsed =>
        {
            bool back = parsed.GetValue(decode);
            List<PromptLine> lines = Lines(context, parsed.GetValue(text), parsed.GetValue(prompts), back);
            string path = ModelLocator.Find(parsed.GetValue(model));
            using Checkpoint? checkpoint = HasTokenizerFile(path) ? null : Checkpoint.Open(path);
            Run(context.Output, checkpoint is null ? new ModelText(path) : new ModelText(checkpoint), lines, back, parsed.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }

    private static bool HasTokenizerFile(string path) =>
        path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || File.Exists(Path.Combine(path, "tokenizer.json"));

    private static List<PromptLine> Lines(CommandContext context, string? text, string? file, bool decode)
    {
        if (text is null && file is not null)
            return PromptFile.Read(file, decode ? PromptFields.Ids : PromptFields.Prompt | PromptFields.Messages);
        if (decode)
            throw new CommandLineException("tidar tokenize: --decode: expected --prompts with lines of ids, found none");
        if (text is null == file is null)
            throw new CommandLineException($"tidar tokenize: expected TEXT or --prompts, found {(text is null ? "neither" : "both")}");
        return [new PromptLine(null) { Text = PromptText.Resolve(text!, context.Input) }];
    }

    private static void Run(TextWriter output, ModelText model, List<PromptLine> lines, bool decode, bool json)
    {
        if (decode)
        {
            Tokenizer tokenizer = model.RequireTokenizer();
            foreach (PromptLine line in lines)
                WriteText(output, json, tokenizer.Decode(line.Ids, line.SkipSpecial ?? false));
            return;
        }

        foreach (EncodedPrompt prompt in new PromptEncoder(model).Encode(lines))
            WriteIds(output, json, prompt.Ids);
    }

    private static void WriteText(TextWriter output, bool json, string text)
    {
        if (json)
            JsonLine.Write(output, writer => writer.WriteString("text", text));
        else
            output.WriteLine(text);
    }

    private static void WriteIds(TextWriter output, bool json, int[] ids)
    {
        if (json)
            JsonLine.Write(output, writer => writer.Numbers("ids", ids));
        else
            output.WriteLine(string.Join(' ', ids));
    }
}
