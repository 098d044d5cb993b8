namespace Tidar.Decoding.Sequences;

/// <summary>Turns a stream of tokens into text, whole characters at a time.</summary>
public interface ITokenText
{
    /// <summary>The text that <paramref name="token"/> completes; empty where it ends inside a character.</summary>
    string Append(int token);

    /// <summary>The text of bytes that no token completed.</summary>
    string Flush();
}
