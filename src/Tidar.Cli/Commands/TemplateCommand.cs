using System.CommandLine;
using System.Globalization;
using Tidar.Cli.Hosting;
using Tidar.Cli.Options;
using Tidar.Cli.Output;
using Tidar.Cli.Prompts;
using Tidar.Models.Chat;
using Tidar.Models.Files;

namespace Tidar.Cli.Commands;

/// <summary><c>tidar template</c>: renders conversations with a chat template, one result a case.</summary>
internal static class TemplateCommand
{
    private const int LongestTemplate = 16 << 20;

    private static readonly string[] NowFormats = ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm:ss"];

    public static Command Create(CommandContext context)
    {
        Option<string> template = Opt.RequiredText("--template", "FILE", "Jinja chat template");
        Option<string> cases = Opt.RequiredText("--cases", "FILE", "JSON list of cases: messages, tools, add_generation_prompt, extra (further variables)");
        Option<string?> now = Opt.Text("--now", "TIME", "time that date functions show, as 2025-03-14 or \"2025-03-14 09:26:53\" (default: the present)");
        Option<bool> json = Opt.Json();
        Command command = new("template", "Render conversations with a chat template.") { template, cases, now, json };
        command.SetAction(parsed => Run(
            context, parsed.GetRequiredValue(template), parsed.GetRequiredValue(cases), ParseNow(parsed.GetValue(now)), parsed.GetValue(json)));
        return command;
    }

    private static DateTime? ParseNow(string? text)
    {
        if (text is null)
            return null;
        return DateTime.TryParseExact(text, NowFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime now)
            ? now
            : throw new CommandLineException($"tidar template: --now: expected a time such as \"2025-03-14 09:26:53\", found {text}");
    }

    private static int Run(CommandContext context, string templatePath, string casesPath, DateTime? now, bool json)
    {
        string source = InputFile.ReadText(templatePath, LongestTemplate);
        List<TemplateCase> cases = TemplateCase.Read(casesPath);
        ChatTemplate template = Parse(context.Output, source, templatePath, cases.Count, json);
        foreach (TemplateCase one in cases)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            (string? text, string? error) = Render(template, one, now);
            Write(context.Output, json, text, error);
        }

        return ExitCode.Done;
    }

    // A template that cannot be parsed fails every case, and is a mistake in the file besides.
    private static ChatTemplate Parse(TextWriter output, string source, string path, int cases, bool json)
    {
        try
        {
            return ChatTemplate.Parse(source);
        }
        catch (TemplateException error)
        {
            for (int i = 0; json && i < cases; i++)
                Write(output, json, null, error.Message);
            throw error.ToInvalidInput(path);
        }
    }

    private static (string? Text, string? Error) Render(ChatTemplate template, TemplateCase one, DateTime? now)
    {
        try
        {
            return (template.RenderChat(one.Messages, one.Tools, one.AddGenerationPrompt, one.Extra, now), null);
        }
        catch (TemplateException error)
        {
            return (null, error.Message);
        }
    }

    private static void Write(TextWriter output, bool json, string? text, string? error)
    {
        if (!json)
            output.WriteLine(text ?? $"error: {error}");
        else
            JsonLine.Write(output, writer => writer.WriteString(text is null ? "error" : "text", text ?? error));
    }
}
