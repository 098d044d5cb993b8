namespace Tidar.Models.Tokenization.Patterns;

/// <summary>A regular expression that is malformed or outside the supported syntax; the reader of the file adds where it stood.</summary>
internal sealed class PatternException(string message) : Exception(message);
