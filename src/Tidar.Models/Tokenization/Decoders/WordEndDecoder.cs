namespace Tidar.Models.Tokenization.Decoders;

/// <summary><c>BPEDecoder</c>: the end-of-word suffix becomes a space, and nothing in the last token.</summary>
internal sealed class WordEndDecoder(string suffix) : Decoder
{
    public override DecoderState Start(bool fused, bool streaming) => fused ? new GatheringState(t => Without(t, "")) : new State(this);

    public override string Single(string token, ref byte[]? bytes) => bytes is null ? Without(token, " ") : token;

    private string Without(string token, string space) => suffix.Length == 0 ? token : token.Replace(suffix, space, StringComparison.Ordinal);

    // Whether a token is the last is known with the next one.
    private sealed class State(WordEndDecoder owner) : DecoderState
    {
        private string? _previous;

        public override void Push(string token, List<string> output)
        {
            if (_previous is not null)
                output.Add(owner.Without(_previous, " "));
            _previous = token;
        }

        public override void Finish(List<string> output)
        {
            if (_previous is not null)
                output.Add(owner.Without(_previous, ""));
            _previous = null;
        }
    }
}
