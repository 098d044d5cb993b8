namespace Tidar.Models.Tokenization;

/// <summary>A token that is found in the text before the model runs (<c>added_tokens</c> of tokenizer.json).</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="SingleWord">Only matches where no word character touches it.</param>
/// <param name="StripLeft">Swallows white space before it (<c>lstrip</c>).</param>
/// <param name="StripRight">Swallows white space after it (<c>rstrip</c>).</param>
/// <param name="Normalized">Is looked for, in its normalized form, in the normalized text; otherwise in the text as given.</param>
/// <param name="Special">Is no text: left out by a decoding that skips special tokens.</param>
public sealed record AddedToken(int Id, string Content, bool SingleWord, bool StripLeft, bool StripRight, bool Normalized, bool Special);
