using Tidar.Training.Data;

namespace Tidar.Training.Adapters;

/// <summary>Chooses where in a document blocks begin: decoding may start one at any place of an answer.</summary>
internal static class BlockSampler
{
    /// <summary>At most <paramref name="count"/> of the places, all equally likely, in ascending order.</summary>
    public static int[] Draw(int[] places, int count, ulong seed)
    {
        if (places.Length <= count)
            return places;
        SplitMix64 random = new(seed);
        int[] drawn = (int[])places.Clone();
        for (int i = 0; i < count; i++)
        {
            int j = random.Between(i, drawn.Length - 1);
            (drawn[i], drawn[j]) = (drawn[j], drawn[i]);
        }

        Array.Resize(ref drawn, count);
        Array.Sort(drawn);
        return drawn;
    }
}
