using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Tidar.Kernels.Collectives;

namespace Tidar.Training.Distributed;

/// <summary>How ranks end together, with one message.</summary>
public static class RankAgreement
{
    /// <summary>Does the same on every rank. Where it fails, the first rank that it failed on throws its own exception and all others <see cref="OtherRankException"/>.</summary>
    public static T Together<T>(this ICollectives ranks, Func<T> action)
        where T : class
    {
        T? result = null;
        ExceptionDispatchInfo? failure = null;
        try
        {
            result = action();
        }
        catch (Exception error)
        {
            failure = ExceptionDispatchInfo.Capture(error);
        }

        byte[] failed = new byte[ranks.Size];
        failed[ranks.Rank] = (byte)(failure is null ? 0 : 1);
        ranks.Merge(failed);
        int first = Array.IndexOf(failed, (byte)1);
        if (first < 0)
            return result!;
        (result as IDisposable)?.Dispose();
        if (first == ranks.Rank)
            failure!.Throw();
        throw new OtherRankException(first);
    }

    /// <summary>What a rank throws when all ranks have found the same mistake: the first one says it.</summary>
    public static Exception Shared(this ICollectives ranks, Exception error) => ranks.Rank == 0 ? error : new OtherRankException(0);

    /// <summary>The first rank whose value differs from that of rank 0; null where all are equal.</summary>
    public static int? FirstDifference(this ICollectives ranks, ulong value)
    {
        ulong[] values = new ulong[ranks.Size];
        values[ranks.Rank] = value;
        ranks.Merge(MemoryMarshal.AsBytes(values.AsSpan()));
        int different = Array.FindIndex(values, v => v != values[0]);
        return different < 0 ? null : different;
    }
}
