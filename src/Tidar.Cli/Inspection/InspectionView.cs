using System.Globalization;
using Spectre.Console;
using Tidar.Cli.Hosting;
using Tidar.Cli.Output;
using Tidar.Models.Configuration;
using Tidar.Models.Selectors;
using Tidar.Models.Weights.Inspection;

namespace Tidar.Cli.Inspection;

/// <summary>An inspection as tables for people.</summary>
internal static class InspectionView
{
    private const int LongestMetadata = 80;

    /// <summary>Shows the report.</summary>
    public static void Show(CommandContext context, InspectionReport report)
    {
        IAnsiConsole console = Tables.Console(context.Output, context.OutputStyle);
        console.Write(Summary(report));
        if (report.Metadata.Count > 0)
            console.Write(Metadata(report.Metadata));
        if (report.Tensors.Count > 0)
            console.Write(Tensors(report.Tensors));
    }

    private static Table Summary(InspectionReport report)
    {
        Table table = Tables.KeyValue();
        table.Row("path", report.Path);
        table.Row("kind", InspectionNames.Of(report.Kind));
        if (report.Config is ModelConfig config)
            AddConfig(table, config);
        if (report.DraftLength is int draftLength)
            table.Row("TiDAR", $"adapter trained with K = {draftLength}");
        if (report.Selector is { } selector)
            table.Row("path selector", Describe(selector));
        if (report.Parameters is long parameters)
            table.Row("parameters", parameters.ToString("N0", CultureInfo.InvariantCulture));
        if (report.Tokenizer is InspectedTokenizer tokenizer)
            table.Row("tokenizer", $"{tokenizer.VocabularySize} ids, {tokenizer.AddedTokens} added tokens, {tokenizer.SpecialTokens} of them special");
        if (report.Tensors.Count > 0)
            table.Row("tensors", string.Join(", ", report.Tensors.GroupBy(t => t.DataType).Select(g => $"{g.Count()} {g.Key}")));
        return table;
    }

    private static string Describe(SelectorWeights selector) =>
        string.Create(CultureInfo.InvariantCulture, $"rank {selector.Rank}, {selector.Candidates} candidates, {selector.Predecessors} tokens before, repetitions of {selector.Copy.Length}, {selector.ParameterCount:N0} parameters");

    private static void AddConfig(Table table, ModelConfig config)
    {
        table.Row("architecture", InspectionNames.Of(config.Architecture));
        foreach ((string name, int value) in InspectionNames.Sizes(config))
            table.Row(name, value.ToString(CultureInfo.InvariantCulture));
        string theta = config.Rope.Theta.ToString(CultureInfo.InvariantCulture);
        table.Row("rope", $"{InspectionNames.Of(config.Rope.Scaling)}, theta {theta}");
        table.Row("tied embeddings", config.TiedEmbeddings ? "yes" : "no");
        table.Row("end tokens", config.EosTokenIds.Count == 0 ? "none" : string.Join(", ", config.EosTokenIds));
        table.Row("TiDAR", config.Tidar is TidarConfig tidar ? $"trained with K = {tidar.DraftLength}, mask token {tidar.MaskTokenId}" : "not trained for it");
        if (config.Diffusion is { } diffusion)
            table.Row("diffusion", $"{InspectionNames.Of(diffusion.Kind)}, mask token {diffusion.MaskTokenId}{(diffusion.ShiftedLogits ? ", a row predicts the next token" : "")}");
    }

    private static Table Metadata(IReadOnlyDictionary<string, string> metadata)
    {
        Table table = Tables.KeyValue();
        table.Title = new TableTitle("metadata");
        foreach ((string key, string value) in metadata)
            table.Row(key, value.Length <= LongestMetadata ? value : $"{value.AsSpan(0, LongestMetadata)}…");
        return table;
    }

    private static Table Tensors(IReadOnlyList<InspectedTensor> tensors)
    {
        Table table = Tables.Plain("tensor", "type", "shape");
        foreach (InspectedTensor tensor in tensors)
            table.Row(tensor.Name, tensor.DataType, $"[{string.Join(", ", tensor.Shape)}]");
        return table;
    }
}
