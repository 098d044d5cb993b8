using Tidar.Models.Tokenization.Patterns;

namespace Tidar.Models.Tokenization.Decoders;

/// <summary><c>Replace</c>: replaces every match of a pattern.</summary>
internal sealed class ReplaceDecoder(Pattern pattern, string content) : Decoder
{
    public override DecoderState Start(bool fused, bool streaming) => fused ? new GatheringState(Map) : new TokenwiseState(Map);

    public override string Single(string token, ref byte[]? bytes) => bytes is null ? Map(token) : token;

    private string Map(string token) => pattern.Replace(token, content);
}
