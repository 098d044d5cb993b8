using System.CommandLine;
using Tidar.Cli.Hosting;
using Tidar.Cli.Options;
using Tidar.Cli.Output;
using Tidar.Models;
using Tidar.Models.Files;
using Tidar.Models.Tokenization;
using Tidar.Models.Tokenization.Training;

namespace Tidar.Cli.Commands;

/// <summary><c>tidar tokenizer train</c>: a byte-level BPE tokenizer from text.</summary>
internal sealed class TokenizerTrainCommand
{
    private const int LongestText = 1 << 30;
    private const string TextField = "text";

    private readonly CommandContext _context;
    private readonly Argument<string[]> _files = new("FILE") { Description = "text files, or .jsonl with text in every line", Arity = ArgumentArity.OneOrMore };
    private readonly Option<int?> _size = Opt.Whole("--vocabulary-size", "N", "tokens in all, special ones and bytes included", least: 1, most: 1 << 24);
    private readonly Option<string> _output = Opt.RequiredText("--output", "PATH", "file to write, or a folder to put tokenizer.json in");
    private readonly Option<string[]> _special = Opt.Texts("--special", "TOKEN", "special token; may be repeated, ids in this order from 0");
    private readonly Option<string?> _bos = Opt.Text("--bos", "TOKEN", "special token that every text begins with");
    private readonly Option<string?> _eos = Opt.Text("--eos", "TOKEN", "special token that every text ends with");
    private readonly Option<int?> _frequency = Opt.Whole("--min-frequency", "N", "pairs that occur less often are not merged (default: 2)", least: 1);
    private readonly Option<bool> _digits = Opt.Flag("--join-digits", "let tokens hold several digits");
    private readonly Option<bool> _seenBytes = Opt.Flag("--seen-bytes-only", "tokens only for bytes that occur; others vanish in encoding");
    private readonly Option<bool> _nfc = Opt.Flag("--nfc", "normalize to NFC first");
    private readonly Option<bool> _json = Opt.Json();

    private TokenizerTrainCommand(CommandContext context) => _context = context;

    /// <summary>The command <c>tokenizer</c> with its one subcommand.</summary>
    public static Command Create(CommandContext context)
    {
        TokenizerTrainCommand train = new(context);
        train._size.Required = true;
        Command command = new("train", "Train a byte-level BPE tokenizer from text; the file is in Hugging Face's format.")
        {
            train._files, train._size, train._output, train._special, train._bos, train._eos, train._frequency, train._digits, train._seenBytes, train._nfc,
            train._json,
        };
        command.SetAction(train.Run);
        return new Command("tokenizer", "Make tokenizers.") { command };
    }

    private int Run(ParseResult parsed)
    {
        string output = parsed.GetRequiredValue(_output);
        Progress progress = new(_context);
        Tokenizer tokenizer = BpeTrainer.Train(ReadTexts(parsed.GetRequiredValue(_files)), Options(parsed), progress, _context.Cancellation);
        progress.Clear();
        tokenizer.Save(output);
        string path = Directory.Exists(output) ? Path.Combine(output, "tokenizer.json") : output;
        if (parsed.GetValue(_json))
            WriteJson(tokenizer.VocabularySize, path);
        else
            _context.Output.WriteLine($"{tokenizer.VocabularySize} tokens in {path}");
        return ExitCode.Done;
    }

    private BpeTrainerOptions Options(ParseResult parsed)
    {
        BpeTrainerOptions defaults = new() { VocabularySize = parsed.GetValue(_size)!.Value };
        return defaults with
        {
            SpecialTokens = parsed.GetValue(_special) ?? [],
            BosToken = parsed.GetValue(_bos),
            EosToken = parsed.GetValue(_eos),
            MinFrequency = parsed.GetValue(_frequency) ?? defaults.MinFrequency,
            DigitsIndividual = !parsed.GetValue(_digits),
            AllBytes = !parsed.GetValue(_seenBytes),
            Nfc = parsed.GetValue(_nfc),
        };
    }

    private static IEnumerable<string> ReadTexts(string[] files) => files.SelectMany(static file =>
        file.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase) ? JsonLines.Read(file, ReadText) : [InputFile.ReadText(file, LongestText)]);

    private static string ReadText(JsonFields fields) =>
        fields.OptionalText(TextField) ?? throw new InvalidInputException(fields.Source, TextField, "a string", "nothing");

    private void WriteJson(int vocabulary, string path) => JsonLine.Write(_context.Output, writer =>
    {
        writer.WriteNumber("vocabulary", vocabulary);
        writer.WriteString("path", path);
    });

    // One line that renews itself on a terminal; elsewhere nothing, as the work takes seconds.
    private sealed class Progress(CommandContext context) : IProgress<BpeTrainingProgress>
    {
        private const string LineStart = "\r\e[K";

        public void Report(BpeTrainingProgress value)
        {
            if (context.ErrorStyle.IsTerminal)
                context.Error.Write($"{LineStart}{value.Characters / 1_000_000.0:F1} MB read, {value.Tokens} of {value.Target} tokens");
        }

        public void Clear()
        {
            if (context.ErrorStyle.IsTerminal)
                context.Error.Write(LineStart);
        }
    }
}
