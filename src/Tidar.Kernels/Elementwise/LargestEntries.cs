using System.Numerics;

namespace Tidar.Kernels.Elementwise;

/// <summary>The largest entries of a row.</summary>
public static class LargestEntries
{
    /// <summary>Finds them, the largest first; of equal entries the lowest index comes first.</summary>
    /// <param name="x">The row.</param>
    /// <param name="indices">Receives the indices; its length says how many. -1 where the row is shorter.</param>
    /// <param name="values">Receives the entries, as many.</param>
    public static void Find(ReadOnlySpan<float> x, Span<int> indices, Span<float> values)
    {
        indices.Fill(-1);
        values.Fill(float.NegativeInfinity);
        int i = 0;
        for (; i + Vector<float>.Count <= x.Length; i += Vector<float>.Count)
        {
            // Few entries pass the least of those found so far.
            if (indices[^1] < 0 || Vector.GreaterThanAny(new Vector<float>(x[i..]), new Vector<float>(values[^1])))
                Enter(x, i, i + Vector<float>.Count, indices, values);
        }

        Enter(x, i, x.Length, indices, values);
    }

    private static void Enter(ReadOnlySpan<float> x, int first, int end, Span<int> indices, Span<float> values)
    {
        for (int i = first; i < end; i++)
        {
            int place = indices.Length;
            while (place > 0 && (indices[place - 1] < 0 || x[i] > values[place - 1]))
                place--;
            if (place == indices.Length)
                continue;
            indices[place..^1].CopyTo(indices[(place + 1)..]);
            values[place..^1].CopyTo(values[(place + 1)..]);
            (indices[place], values[place]) = (i, x[i]);
        }
    }
}
