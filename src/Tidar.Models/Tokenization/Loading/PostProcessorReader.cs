using System.Text.Json;
using Tidar.Models.Files;
using Tidar.Models.Tokenization.PostProcessors;

namespace Tidar.Models.Tokenization.Loading;

/// <summary>Reads <c>post_processor</c>, for single texts.</summary>
internal static class PostProcessorReader
{
    private const string Known = "TemplateProcessing, ByteLevel, BertProcessing, RobertaProcessing or Sequence";

    public static PostProcessor Read(JsonFields fields) => fields.Text("type") switch
    {
        "Sequence" => fields.Objects("processors").Select(Read).Aggregate(PostProcessor.None, static (a, b) => a.Then(b)),
        "ByteLevel" => PostProcessor.None,
        "TemplateProcessing" => new PostProcessor([.. fields.Objects("single").SelectMany(p => ReadPiece(p, fields.Object("special_tokens")))]),
        "BertProcessing" or "RobertaProcessing" => new PostProcessor([NamedId(fields, "cls"), null, NamedId(fields, "sep")]),
        string other => throw fields.Error("type", Known, other),
    };

    private static IEnumerable<int?> ReadPiece(JsonFields piece, JsonFields specialTokens)
    {
        if (piece.OptionalObject("Sequence") is { } sequence)
            return sequence.Text("id") is "A" ? [null] : throw sequence.Error("id", "A", sequence.Text("id"));
        string name = piece.Object("SpecialToken").Text("id");
        return [.. specialTokens.Object(name).Ids("ids", int.MaxValue).Select(static id => (int?)id)];
    }

    // ["[CLS]", 101]
    private static int NamedId(JsonFields fields, string name)
    {
        IReadOnlyList<JsonElement> pair = fields.OptionalArray(name) ?? throw fields.Error(name, "a token and its id", "nothing");
        return pair.Count == 2 && pair[1].ValueKind == JsonValueKind.Number && pair[1].TryGetInt32(out int id) && id >= 0
            ? id
            : throw fields.Error(name, "a token and its id", "something else");
    }
}
