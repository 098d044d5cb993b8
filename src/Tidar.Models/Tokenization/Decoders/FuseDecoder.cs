namespace Tidar.Models.Tokenization.Decoders;

/// <summary><c>Fuse</c>: joins all tokens, so that the steps after it see one text.</summary>
internal sealed class FuseDecoder : Decoder
{
    public override bool Fuses(bool inputFused) => true;

    public override DecoderState Start(bool fused, bool streaming) => new TokenwiseState(static t => t);
}
