using Tidar.Models.Tokenization.Bpe;
using Tidar.Models.Tokenization.Decoders;
using Tidar.Models.Tokenization.Normalizers;
using Tidar.Models.Tokenization.PostProcessors;
using Tidar.Models.Tokenization.PreTokenizers;

namespace Tidar.Models.Tokenization.Loading;

/// <summary>All that a tokenizer.json describes.</summary>
internal sealed record TokenizerParts(
    string Source,
    BpeModel Model,
    Dictionary<string, int> Vocabulary,
    IReadOnlyList<AddedToken> AddedTokens,
    Normalizer? Normalizer,
    PreTokenizer PreTokenizer,
    IReadOnlyList<Decoder> Decoders,
    PostProcessor PostProcessor);
