namespace Tidar.Models.Tokenization.Text;

/// <summary>The four normalization forms of Unicode Standard Annex 15.</summary>
internal enum UnicodeForm
{
    /// <summary>Canonical composition.</summary>
    Nfc,

    /// <summary>Canonical decomposition.</summary>
    Nfd,

    /// <summary>Compatibility decomposition, then canonical composition.</summary>
    Nfkc,

    /// <summary>Compatibility decomposition.</summary>
    Nfkd,
}
