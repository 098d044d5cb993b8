using Tidar.Models.Files;
using Tidar.Models.Tokenization.Normalizers;
using Tidar.Models.Tokenization.Text;

namespace Tidar.Models.Tokenization.Loading;

/// <summary>Reads <c>normalizer</c>.</summary>
internal static class NormalizerReader
{
    private const string Known = "NFC, NFD, NFKC, NFKD, Lowercase, Strip, StripAccents, Prepend, Replace, Nmt, ByteLevel or Sequence";

    public static Normalizer Read(JsonFields fields) => fields.Text("type") switch
    {
        "Sequence" => new NormalizerSequence([.. fields.Objects("normalizers").Select(Read)]),
        "NFC" => new UnicodeFormNormalizer(UnicodeForm.Nfc),
        "NFD" => new UnicodeFormNormalizer(UnicodeForm.Nfd),
        "NFKC" => new UnicodeFormNormalizer(UnicodeForm.Nfkc),
        "NFKD" => new UnicodeFormNormalizer(UnicodeForm.Nfkd),
        "Lowercase" => new LowercaseNormalizer(),
        "Strip" => new StripNormalizer(fields.Boolean("strip_left", absent: true), fields.Boolean("strip_right", absent: true)),
        "StripAccents" => new FilterNormalizer(UnicodeProperties.Mark, CodePointSet.Empty),
        "Nmt" => new FilterNormalizer(
            CodePointSet.OfRanges([(1, 8), (0xB, 0xB), (0xE, 0x1F), (0x7F, 0x7F), (0x8F, 0x8F), (0x9F, 0x9F)]),
            CodePointSet.OfRanges([(9, 0xA), (0xC, 0xD), (0x1680, 0x1680), (0x200B, 0x200F), (0x2028, 0x2029), (0x2581, 0x2581), (0xFEFF, 0xFEFF), (0xFFFD, 0xFFFD)])),
        "Prepend" => new PrependNormalizer(fields.Text("prepend")),
        "Replace" => new ReplaceNormalizer(PatternReader.Read(fields), fields.Text("content")),
        "ByteLevel" => new ByteLevelNormalizer(),
        string other => throw fields.Error("type", Known, other),
    };
}
