using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Tidar.Cli.Hosting;
using Tidar.Cli.Options;
using Tidar.Cli.Output;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Planning;

namespace Tidar.Cli.Commands;

/// <summary><c>tidar simulate</c>: what every mode would bring, from a cost curve and an acceptance profile.</summary>
internal sealed class SimulateCommand
{
    private const int DefaultContext = 256;

    private readonly CommandContext _context;
    private readonly Option<string?> _costs = Opt.Text("--costs", "FILE|h100", "a profile of tidar profile, or the paper's figures for an H100 (default: h100)");
    private readonly Option<string?> _acceptance = Opt.Text(
        "--acceptance",
        "FILE|A,A,…|paper",
        "output of generate --json --trace, or how likely slots 1, 2, … are right, each where the one before is; or the paper's tokens a pass at K = 4, 8, 16 (default: paper)");

    private readonly Option<int[]?> _draftLengths = Opt.WholeList("--draft-length", "K,K,…", "draft lengths (default: all that the acceptance is known for, up to 16)", least: 1);
    private readonly Option<int[]?> _batches = Opt.WholeList("--batch", "N,N,…", "sequences that share every pass (default: 1)", least: 1);
    private readonly Option<int?> _length = Opt.Whole("--context", "N", $"tokens before them (default: {DefaultContext})", least: 1);
    private readonly Option<bool> _json = Opt.Json();

    private SimulateCommand(CommandContext context) => _context = context;

    public static Command Create(CommandContext context)
    {
        SimulateCommand simulate = new(context);
        Command command = new("simulate", "Show what every mode and draft length would bring, from measured or published costs and acceptance, without a model (docs/planner.md).")
        {
            simulate._costs, simulate._acceptance, simulate._draftLengths, simulate._batches, simulate._length, simulate._json,
        };
        command.SetAction(simulate.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        const string Paper = "h100";
        string costs = parsed.GetValue(_costs) ?? Paper;
        bool published = string.Equals(costs, Paper, StringComparison.Ordinal);
        PassCosts curve = published ? PaperFigures.Costs : CostProfile.Read(costs).Costs;
        AcceptanceSource acceptance = AcceptanceSource.Parse(parsed.GetValue(_acceptance));
        int[] lengths = parsed.GetValue(_draftLengths) is { Length: > 0 } given ? given : [.. acceptance.DraftLengths];
        int[] batches = parsed.GetValue(_batches) is { Length: > 0 } sizes ? sizes : [1];
        int context = parsed.GetValue(_length) ?? DefaultContext;
        List<(int DraftLength, int Batch, SimulatedMode Row)> rows = [];
        foreach (int k in lengths)
        {
            IDraftAcceptance known = acceptance.For(k);
            foreach (int batch in batches)
                rows.AddRange(Simulation.Run(curve, known, k, batch, context).Select(row => (k, batch, row)));
        }

        if (parsed.GetValue(_json))
        {
            foreach ((int k, int batch, SimulatedMode row) in rows)
                JsonLine.Write(_context.Output, writer => Write(writer, k, batch, row, published));
        }
        else
        {
            Show(rows, published);
        }

        return ExitCode.Done;
    }

    private static void Write(Utf8JsonWriter writer, int k, int batch, SimulatedMode row, bool published)
    {
        writer.WriteNumber("draft_length", k);
        writer.WriteNumber("batch", batch);
        writer.WriteString("mode", NameOf(row));
        writer.WriteNumber("masks", row.Choice.Masks);
        writer.WriteNumber("verified", row.Choice.Verified);
        writer.Numbers("outcomes", [.. Simulation.Outcomes(row.Outcomes)]);
        writer.Real("tokens_per_pass", row.Choice.TokensPerPass);
        if (!published)
            writer.Real("tokens_per_second", row.TokensPerSecond);
        writer.Real("speedup", row.Speedup);
    }

    private void Show(List<(int DraftLength, int Batch, SimulatedMode Row)> rows, bool published)
    {
        Table table = Tables.Plain("K", "batch", "mode", "masks", "checked", "drafted outcomes", "T/NFE", published ? "tokens an AR step" : "tokens/s", "÷ AR");
        foreach ((int k, int batch, SimulatedMode row) in rows)
        {
            int outcomes = Simulation.Outcomes(row.Outcomes).Count();
            table.Row(
                $"{k}",
                $"{batch}",
                NameOf(row),
                $"{row.Choice.Masks}",
                $"{row.Choice.Verified}",
                outcomes == 0 ? "none" : outcomes == row.Choice.Verified ? "all" : string.Join(',', Simulation.Outcomes(row.Outcomes)),
                row.Choice.TokensPerPass.ToString("F2", CultureInfo.InvariantCulture),
                row.TokensPerSecond.ToString(published ? "F2" : "F0", CultureInfo.InvariantCulture),
                row.Speedup.ToString("F2", CultureInfo.InvariantCulture));
        }

        Tables.Console(_context.Output, _context.OutputStyle).Write(table);
    }

    private static string NameOf(SimulatedMode row) => row.Mode is TidarMode mode ? DecodingNames.Of(mode) : DecodingNames.Of(StrategyKind.Autoregressive);
}
