namespace Tidar.Decoding.Planning;

/// <summary>How far drafts are right.</summary>
public interface IDraftAcceptance
{
    /// <summary>For a draft from a block of <paramref name="masks"/> masks: how likely its first i + 1 tokens are all right, [masks]; slot 0 is always right. Valid until the next call.</summary>
    ReadOnlySpan<double> Survival(int masks);
}
