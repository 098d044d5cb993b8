using Tidar.Models.Files;
using Tidar.Models.Tokenization.Decoders;
using Tidar.Models.Tokenization.PreTokenizers;

namespace Tidar.Models.Tokenization.Loading;

/// <summary>Reads <c>decoder</c> as a flat list of steps.</summary>
internal static class DecoderReader
{
    private const string Known = "ByteLevel, ByteFallback, Fuse, Strip, Replace, Metaspace, BPEDecoder or Sequence";

    public static IEnumerable<Decoder> Read(JsonFields fields) => fields.Text("type") switch
    {
        "Sequence" => [.. fields.Objects("decoders").SelectMany(Read)],
        "ByteLevel" => [new ByteLevelDecoder()],
        "ByteFallback" => [new ByteFallbackDecoder()],
        "Fuse" => [new FuseDecoder()],
        "Strip" => [new StripDecoder(PreTokenizerReader.OneCharacter(fields, "content"), fields.Integer("start", 0, int.MaxValue), fields.Integer("stop", 0, int.MaxValue))],
        "Replace" => [new ReplaceDecoder(PatternReader.Read(fields), fields.Text("content"))],
        "Metaspace" => [new MetaspaceDecoder(PreTokenizerReader.OneCharacter(fields, "replacement"), PreTokenizerReader.Scheme(fields) != PrependScheme.Never)],
        "BPEDecoder" => [new WordEndDecoder(fields.OptionalText("suffix") ?? "</w>")],
        string other => throw fields.Error("type", Known, other),
    };
}
