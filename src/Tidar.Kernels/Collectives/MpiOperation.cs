using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tidar.Kernels.Collectives;

/// <summary>A non-blocking collective: its arguments, which must not move while it is under way, and its request.</summary>
internal sealed unsafe class MpiOperation : CollectiveOperation
{
    private const int Arrays = 4;

    private readonly Kind _kind;
    private readonly void* _values;
    private readonly void* _received;
    private readonly int _length;
    private readonly int _ranks;
    private readonly int[] _arguments;
    private nint _request;

    private MpiOperation(Kind kind, void* values, int length, void* received, int ranks)
    {
        _kind = kind;
        _values = values;
        _length = length;
        _received = received;
        _ranks = ranks;
        _arguments = GC.AllocateArray<int>(Arrays * ranks, pinned: true);
    }

    private enum Kind
    {
        Exchange,
        Gather,
        Merge,
    }

    public static MpiOperation Exchange(Span<float> values, Span<float> received, int ranks) =>
        new(Kind.Exchange, Address(values), values.Length, Address(received), ranks);

    public static MpiOperation Gather(Span<float> values, int ranks) => new(Kind.Gather, Address(values), values.Length, null, ranks);

    public static MpiOperation Merge(Span<byte> values) => new(Kind.Merge, Address(values), values.Length, null, 0);

    /// <summary>Counts and displacements for a rank: of what goes to it (or of its part), and of what comes from it.</summary>
    public void Set(int rank, int sendCount, int sendStart, int receiveCount, int receiveStart)
    {
        _arguments[rank] = sendCount;
        _arguments[_ranks + rank] = sendStart;
        _arguments[(2 * _ranks) + rank] = receiveCount;
        _arguments[(3 * _ranks) + rank] = receiveStart;
    }

    public void Begin(OpenMpi mpi) => _request = _kind switch
    {
        Kind.Exchange => mpi.StartAllToAll(_values, Argument(0), Argument(1), _received, Argument(2), Argument(3)),
        Kind.Gather => mpi.StartAllGather(_values, Argument(0), Argument(1)),
        _ => mpi.StartBitwiseOr(_values, _length),
    };

    /// <summary>Drives it on; true when it is done.</summary>
    public bool Advance(OpenMpi mpi) => mpi.IsDone(ref _request);

    private static void* Address<T>(Span<T> span) => Unsafe.AsPointer(ref MemoryMarshal.GetReference(span));

    private int* Argument(int array) => (int*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_arguments)) + (array * _ranks);
}
