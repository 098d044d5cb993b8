using Tidar.Training.Backpropagation;

namespace Tidar.Training.Distributed;

/// <summary>
/// Which rank owns which weights: the flat memory is cut into buckets that travel at once, and every bucket into one part a rank, so that all ranks send and receive at any
/// time. What a rank keeps of its own parts (gradient sums, moments) lies in compact memory, one part after another.
/// </summary>
public sealed class ParameterShards
{
    /// <summary>Most elements of a piece.</summary>
    private const int Piece = 1 << 14;

    private const int SmallestBucket = 1 << 12;
    private const int LargestBucket = 1 << 22;
    private const int FewestBuckets = 16;

    /// <summary>Cuts the memory of <paramref name="parameters"/> for <paramref name="size"/> ranks, of which this is <paramref name="rank"/>.</summary>
    public ParameterShards(FlatParameters parameters, int rank = 0, int size = 1)
    {
        List<ShardPiece> pieces = [];
        foreach (Parameter parameter in parameters.All)
        {
            for (int start = 0; start < parameter.Slice.Length; start += Piece)
            {
                ParameterSlice slice = new(parameter.Slice.Start + start, Math.Min(Piece, parameter.Slice.Length - start));
                pieces.Add(new ShardPiece(pieces.Count, slice, parameter.IsDecayed, Offset: 0));
            }
        }

        PieceCount = pieces.Count;
        long atLeast = Math.Clamp(parameters.Count / FewestBuckets, SmallestBucket, LargestBucket);
        List<ShardBucket> buckets = [];
        List<ShardPiece> own = [];
        for (int first = 0, end; first < pieces.Count; first = end)
        {
            long length = 0;
            for (end = first; end < pieces.Count && length < atLeast; end++)
                length += pieces[end].Slice.Length;
            AddBucket(pieces[first..end], (int)length, rank, size);
        }

        Buckets = buckets;
        OwnPieces = own;

        void AddBucket(List<ShardPiece> members, int length, int rank, int size)
        {
            int[] counts = new int[size];
            long start = members[0].Slice.Start, ownOffset = OwnCount;
            foreach (ShardPiece piece in members)
            {
                // The rank in whose equal share of the bucket the piece begins.
                int owner = (int)((piece.Slice.Start - start) * size / length);
                counts[owner] += piece.Slice.Length;
                if (owner != rank)
                    continue;
                own.Add(piece with { Offset = OwnCount });
                OwnCount += piece.Slice.Length;
            }

            ParameterSlice ownPart = new(start + counts.Take(rank).Sum(), counts[rank]);
            buckets.Add(new ShardBucket(new ParameterSlice(start, length), counts, ownPart, ownOffset));
        }
    }

    /// <summary>All buckets, in the order of the memory.</summary>
    public IReadOnlyList<ShardBucket> Buckets { get; }

    /// <summary>The pieces of this rank, in the order of the memory.</summary>
    public IReadOnlyList<ShardPiece> OwnPieces { get; }

    /// <summary>Pieces of all ranks.</summary>
    public int PieceCount { get; }

    /// <summary>Elements of this rank.</summary>
    public long OwnCount { get; private set; }

    /// <summary>What this rank owns of a range of the flat memory, piece by piece, and where it lies in compact memory.</summary>
    internal IEnumerable<(ParameterSlice Slice, long Offset)> OwnOf(long start, long count)
    {
        int low = 0;
        for (int high = OwnPieces.Count; low < high;)
        {
            int middle = (low + high) / 2;
            if (End(OwnPieces[middle]) <= start)
                low = middle + 1;
            else
                high = middle;
        }

        for (; low < OwnPieces.Count && OwnPieces[low].Slice.Start < start + count; low++)
        {
            ShardPiece piece = OwnPieces[low];
            long first = Math.Max(start, piece.Slice.Start);
            yield return (new ParameterSlice(first, (int)(Math.Min(start + count, End(piece)) - first)), piece.Offset + first - piece.Slice.Start);
        }

        static long End(ShardPiece piece) => piece.Slice.Start + piece.Slice.Length;
    }
}
