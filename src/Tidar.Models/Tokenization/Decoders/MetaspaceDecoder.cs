namespace Tidar.Models.Tokenization.Decoders;

/// <summary><c>Metaspace</c>: the visible character becomes a space, and nothing in the first token where the encoder had put it in front.</summary>
internal sealed class MetaspaceDecoder(string replacement, bool dropInFirst) : Decoder
{
    public override DecoderState Start(bool fused, bool streaming)
    {
        bool first = true;
        return new TokenwiseState(token =>
        {
            string space = first && dropInFirst ? "" : " ";
            first = fused && first;
            return token.Replace(replacement, space, StringComparison.Ordinal);
        });
    }

    public override string Single(string token, ref byte[]? bytes) => bytes is null ? token.Replace(replacement, " ", StringComparison.Ordinal) : token;
}
