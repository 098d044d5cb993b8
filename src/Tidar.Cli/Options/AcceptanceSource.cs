using System.Globalization;
using System.Text.Json;
using Tidar.Cli.Hosting;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Planning;
using Tidar.Models.Files;

namespace Tidar.Cli.Options;

/// <summary>The acceptance that a simulation begins from: of the paper, of a run, or as the user says.</summary>
internal sealed class AcceptanceSource
{
    private const string Paper = "paper";
    private const int MostLengths = 16;

    private readonly KnownAcceptance? _known;

    private AcceptanceSource(KnownAcceptance? known) => _known = known;

    /// <summary>Draft lengths to show unless others are asked for.</summary>
    public IEnumerable<int> DraftLengths => _known is null ? PaperFigures.DraftLengths : Enumerable.Range(2, Math.Min(MostLengths, _known.DraftLength) - 1);

    /// <summary>What the option names.</summary>
    /// <exception cref="Tidar.Models.InvalidInputException">The file, or a number, is not as it should be.</exception>
    public static AcceptanceSource Parse(string? text)
    {
        if (text is null or Paper)
            return new AcceptanceSource(null);
        if (File.Exists(text))
            return new AcceptanceSource(Read(text));
        List<double> slots = [];
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
                throw new CommandLineException($"--acceptance: expected {Paper}, a file, or numbers from 0 to 1 separated by commas, found {text}");
            slots.Add(number);
        }

        return new AcceptanceSource(KnownAcceptance.OfSlots(slots));
    }

    /// <summary>The acceptance at a draft length.</summary>
    /// <exception cref="CommandLineException">It is not known there.</exception>
    public KnownAcceptance For(int draftLength)
    {
        if (_known is null)
        {
            return PaperFigures.DraftLengths.Contains(draftLength)
                ? PaperFigures.Acceptance(draftLength)
                : throw new CommandLineException($"--draft-length: expected {string.Join(", ", PaperFigures.DraftLengths)}, which the paper reports, found {draftLength}");
        }

        return draftLength <= _known.DraftLength
            ? _known
            : throw new CommandLineException($"--draft-length: expected at most {_known.DraftLength}, the slots whose acceptance is given, found {draftLength}");
    }

    // The counts of all lines together.
    private static KnownAcceptance Read(string path)
    {
        List<long> drafted = [], accepted = [];
        foreach ((List<long> checks, List<long> right) in JsonLines.Read(path, Counts))
        {
            Add(drafted, checks);
            Add(accepted, right);
        }

        return KnownAcceptance.OfCounts(drafted, accepted);
    }

    private static (List<long> Drafted, List<long> Accepted) Counts(JsonFields fields)
    {
        // Other drafts are guesses from slot 0 on, and were not made by masks.
        if (fields.OptionalText("strategy") is { } strategy && strategy != DecodingNames.Of(StrategyKind.Tidar))
            throw fields.Error("strategy", DecodingNames.Of(StrategyKind.Tidar), $"'{strategy}'");
        if (fields.OptionalObject("acceptance") is not { } acceptance)
            throw fields.Error("acceptance", "the counts that generate --json --trace writes", "nothing");
        return (Numbers(acceptance, "drafted"), Numbers(acceptance, "accepted"));
    }

    private static List<long> Numbers(JsonFields fields, string name)
    {
        List<long> numbers = [];
        foreach (JsonElement element in fields.OptionalArray(name) ?? throw fields.Error(name, "counts", "nothing"))
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out long number) || number < 0)
                throw fields.Error(name, "counts", element);
            numbers.Add(number);
        }

        return numbers;
    }

    private static void Add(List<long> sums, List<long> counts)
    {
        for (int i = 0; i < counts.Count; i++)
        {
            if (i == sums.Count)
                sums.Add(0);
            sums[i] += counts[i];
        }
    }
}
