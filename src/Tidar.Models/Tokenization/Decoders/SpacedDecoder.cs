namespace Tidar.Models.Tokenization.Decoders;

/// <summary>What the tokenizers library does where a file names no decoder: tokens with a space between them.</summary>
internal sealed class SpacedDecoder : Decoder
{
    public override DecoderState Start(bool fused, bool streaming)
    {
        bool first = true;
        return new TokenwiseState(token =>
        {
            string spaced = first ? token : " " + token;
            first = false;
            return spaced;
        });
    }
}
