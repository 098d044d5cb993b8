namespace Tidar.Models.Tokenization.Decoders;

/// <summary>The state of a step that maps every token by itself.</summary>
internal sealed class TokenwiseState(Func<string, string> map) : DecoderState
{
    public override void Push(string token, List<string> output) => output.Add(map(token));
}
