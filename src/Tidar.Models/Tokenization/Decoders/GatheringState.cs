using System.Text;

namespace Tidar.Models.Tokenization.Decoders;

/// <summary>The state of a step whose result depends on the whole of a fused text: everything is held back until the end.</summary>
internal sealed class GatheringState(Func<string, string> map) : DecoderState
{
    private readonly StringBuilder _text = new();

    public override void Push(string token, List<string> output) => _text.Append(token);

    public override void Finish(List<string> output) => output.Add(map(_text.ToString()));
}
