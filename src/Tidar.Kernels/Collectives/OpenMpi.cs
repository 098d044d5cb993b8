using System.Runtime.InteropServices;
using System.Text;

namespace Tidar.Kernels.Collectives;

/// <summary>
/// The few functions of Open MPI's C interface that are used, by the names of the MPI standard. Open MPI's handles (<c>MPI_COMM_WORLD</c>, <c>MPI_FLOAT</c>, …) are addresses of exported objects.
/// </summary>
internal sealed unsafe class OpenMpi
{
    /// <summary><c>MPI_THREAD_FUNNELED</c>: only the thread that initializes MPI calls it.</summary>
    public const int ThreadFunneled = 1;

    private const int LongestMessage = 512;

    // MPI_ANY_SOURCE and MPI_ANY_TAG of Open MPI's mpi.h.
    private const int Any = -1;

    /// <summary>The last one is what other Open MPI packages than Debian's install.</summary>
    private static readonly string[] Names = ["libmpi.so.40", "libmpi.so", "libmpi.40.dylib", "libmpi.dylib"];

    private readonly nint _library;
    private readonly delegate* unmanaged<nint, nint, int, int*, int> _initialize;
    private readonly delegate* unmanaged<nint, int*, int> _rank;
    private readonly delegate* unmanaged<nint, int*, int> _size;
    private readonly delegate* unmanaged<nint, nint, int> _setErrorHandler;
    private readonly delegate* unmanaged<int, byte*, int*, int> _errorString;
    private readonly delegate* unmanaged<void*, int*, int*, nint, void*, int*, int*, nint, nint, nint*, int> _allToAll;
    private readonly delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, nint*, int> _allGather;
    private readonly delegate* unmanaged<void*, void*, int, nint, nint, nint, nint*, int> _allReduce;
    private readonly delegate* unmanaged<nint*, int*, void*, int> _test;
    private readonly delegate* unmanaged<int, int, nint, int*, void*, int> _probe;
    private readonly delegate* unmanaged<nint, int, int> _abort;
    private readonly delegate* unmanaged<int> _finalize;
    private readonly nint _world;
    private readonly nint _float;
    private readonly nint _byte;
    private readonly nint _bitwiseOr;

    private OpenMpi(nint library)
    {
        _library = library;
        _initialize = (delegate* unmanaged<nint, nint, int, int*, int>)Export("MPI_Init_thread");
        _rank = (delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_rank");
        _size = (delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_size");
        _setErrorHandler = (delegate* unmanaged<nint, nint, int>)Export("MPI_Comm_set_errhandler");
        _errorString = (delegate* unmanaged<int, byte*, int*, int>)Export("MPI_Error_string");
        _allToAll = (delegate* unmanaged<void*, int*, int*, nint, void*, int*, int*, nint, nint, nint*, int>)Export("MPI_Ialltoallv");
        _allGather = (delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, nint*, int>)Export("MPI_Iallgatherv");
        _allReduce = (delegate* unmanaged<void*, void*, int, nint, nint, nint, nint*, int>)Export("MPI_Iallreduce");
        _test = (delegate* unmanaged<nint*, int*, void*, int>)Export("MPI_Test");
        _probe = (delegate* unmanaged<int, int, nint, int*, void*, int>)Export("MPI_Iprobe");
        _abort = (delegate* unmanaged<nint, int, int>)Export("MPI_Abort");
        _finalize = (delegate* unmanaged<int>)Export("MPI_Finalize");
        _world = Export("ompi_mpi_comm_world");
        _float = Export("ompi_mpi_float");
        _byte = Export("ompi_mpi_byte");
        _bitwiseOr = Export("ompi_mpi_op_bor");
    }

    // MPI_IN_PLACE of Open MPI's mpi.h.
    private static void* InPlace => (void*)1;

    /// <summary>Loads the library; null where it is not installed.</summary>
    /// <exception cref="EntryPointNotFoundException">What is installed under its name is not Open MPI.</exception>
    public static OpenMpi? TryLoad()
    {
        foreach (string name in Names)
        {
            if (NativeLibrary.TryLoad(name, out nint library))
                return new OpenMpi(library);
        }

        return null;
    }

    /// <summary>Joins the other processes; errors become exceptions from here on.</summary>
    public (int Rank, int Size) Initialize()
    {
        int provided = 0, rank = 0, size = 0;
        Check(_initialize(0, 0, ThreadFunneled, &provided));
        if (provided < ThreadFunneled)
            throw new IOException("Open MPI was built without the support of threads");
        Check(_setErrorHandler(_world, Export("ompi_mpi_errors_return")));
        Check(_rank(_world, &rank));
        Check(_size(_world, &size));
        return (rank, size);
    }

    /// <summary><c>MPI_Ialltoallv</c> of floats.</summary>
    public nint StartAllToAll(void* send, int* sendCounts, int* sendStarts, void* receive, int* receiveCounts, int* receiveStarts)
    {
        nint request = 0;
        Check(_allToAll(send, sendCounts, sendStarts, _float, receive, receiveCounts, receiveStarts, _float, _world, &request));
        return request;
    }

    /// <summary><c>MPI_Iallgatherv</c> of floats, in place.</summary>
    public nint StartAllGather(void* values, int* counts, int* starts)
    {
        nint request = 0;
        Check(_allGather(InPlace, 0, _float, values, counts, starts, _float, _world, &request));
        return request;
    }

    /// <summary><c>MPI_Iallreduce</c> of bytes with <c>MPI_BOR</c>, in place.</summary>
    public nint StartBitwiseOr(void* values, int count)
    {
        nint request = 0;
        Check(_allReduce(InPlace, values, count, _byte, _bitwiseOr, _world, &request));
        return request;
    }

    /// <summary><c>MPI_Test</c>, which also drives what is under way.</summary>
    public bool IsDone(ref nint request)
    {
        int flag = 0;
        fixed (nint* pointer = &request)
            Check(_test(pointer, &flag, null));
        return flag != 0;
    }

    /// <summary><c>MPI_Iprobe</c>, for its side effect: what is finished here but not yet sent off moves on.</summary>
    public void Progress()
    {
        int flag = 0;
        Check(_probe(Any, Any, _world, &flag, null));
    }

    /// <summary>Ends every process of the run.</summary>
    public void Abort(int code) => _ = _abort(_world, code);

    /// <summary>Leaves; every process does.</summary>
    public void Complete() => Check(_finalize());

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);

    private void Check(int code)
    {
        if (code == 0)
            return;
        byte* text = stackalloc byte[LongestMessage];
        int length = 0;
        _ = _errorString(code, text, &length);
        throw new IOException($"Open MPI: {Encoding.UTF8.GetString(text, length)}");
    }
}
