namespace Tidar.Models.Tokenization.PreTokenizers;

/// <summary>When Metaspace puts its character before a text.</summary>
internal enum PrependScheme
{
    /// <summary>Before every part between added tokens.</summary>
    Always,

    /// <summary>Before the part that opens the whole text.</summary>
    First,

    /// <summary>Never.</summary>
    Never,
}
