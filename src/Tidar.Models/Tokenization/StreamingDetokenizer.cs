using Tidar.Models.Tokenization.Decoders;

namespace Tidar.Models.Tokenization;

/// <summary>
/// Decodes a stream of ids into text that can be shown at once: a character is given out with the id that completes it, never half of one.
/// The pieces together are the full decoding, with one exception that <see cref="ByteFallbackDecoder"/> explains: a run of byte tokens that
/// turns out not to be UTF-8 after a whole character of it was given out. Belongs to one stream.
/// </summary>
public sealed class StreamingDetokenizer
{
    private readonly Tokenizer _tokenizer;
    private readonly DecoderChain _chain;
    private readonly bool _skipSpecialTokens;

    internal StreamingDetokenizer(Tokenizer tokenizer, DecoderChain chain, bool skipSpecialTokens)
    {
        _tokenizer = tokenizer;
        _chain = chain;
        _skipSpecialTokens = skipSpecialTokens;
    }

    /// <summary>The text that the next id completes; often empty in the middle of a character.</summary>
    public string Append(int id)
    {
        if (_tokenizer.TextForDecoding(id, _skipSpecialTokens) is { } token)
            _chain.Push(token);
        return _chain.Take();
    }

    /// <summary>What was held back, at the end of the stream: U+FFFD for an incomplete character.</summary>
    public string Flush()
    {
        _chain.Finish();
        return _chain.Take();
    }
}
