namespace Tidar.Models.Configuration;

/// <summary>
/// The largest sizes a configuration may name. They lie far above any published decoder and keep every product of two of them inside 64 bits,
/// so that a hostile file is refused before a byte of memory is taken for it.
/// </summary>
internal static class ModelLimits
{
    public const int Width = 1 << 20;
    public const int Intermediate = 1 << 22;
    public const int Layers = 4096;
    public const int Heads = 1 << 14;
    public const int HeadDimension = 1 << 12;
    public const int Vocabulary = 1 << 24;
    public const int DraftLength = 1 << 12;
}
