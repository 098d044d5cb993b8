using System.Text;

namespace Tidar.Models.Tokenization.Decoders;

/// <summary><c>Strip</c>: removes up to <paramref name="start"/> leading and <paramref name="stop"/> trailing occurrences of a character, of every token or of a fused text.</summary>
internal sealed class StripDecoder(string content, int start, int stop) : Decoder
{
    public override DecoderState Start(bool fused, bool streaming) => fused ? new FusedState(content, start, stop) : new TokenwiseState(Strip);

    private string Strip(string token)
    {
        int from = Leading(token, content, start), end = token.Length;
        for (int cut = 0; cut < stop && end - from >= content.Length && token.AsSpan(from, end - from).EndsWith(content, StringComparison.Ordinal); cut++)
            end -= content.Length;
        return token[from..end];
    }

    private static int Leading(string token, string content, int most)
    {
        int from = 0;
        for (int cut = 0; cut < most && token.AsSpan(from).StartsWith(content, StringComparison.Ordinal); cut++)
            from += content.Length;
        return from;
    }

    private sealed class FusedState(string content, int start, int stop) : DecoderState
    {
        private readonly StringBuilder _held = new();
        private int _leadingLeft = start;

        public override void Push(string token, List<string> output)
        {
            int from = Leading(token, content, _leadingLeft);
            _leadingLeft = from == token.Length ? _leadingLeft - from / content.Length : 0;
            ReadOnlySpan<char> rest = token.AsSpan(from);

            // Occurrences at the end of what is known may be the end of the text: at most `stop` of them wait.
            ReadOnlySpan<char> body = rest;
            int trailing = 0;
            for (; trailing < stop && body.EndsWith(content, StringComparison.Ordinal); trailing++)
                body = body[..^content.Length];
            if (body.Length > 0)
            {
                output.Add(string.Concat(_held.ToString(), body));
                _held.Clear();
            }

            _held.Append(rest[body.Length..]);
            int tooMany = _held.Length - stop * content.Length;
            if (tooMany > 0)
            {
                output.Add(_held.ToString(0, tooMany));
                _held.Remove(0, tooMany);
            }
        }
    }
}
