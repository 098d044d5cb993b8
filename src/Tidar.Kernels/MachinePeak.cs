using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Tidar.Kernels.Generated;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Memory;
using Tidar.Kernels.Simd;
using Tidar.Kernels.Threading;

namespace Tidar.Kernels;

/// <summary>
/// What this machine can do at most on the tier in use, measured: the limits that a roofline is made of. Each figure takes about 0.2 s and is the best of several
/// short windows in which all threads work at once, so that other work on the machine disturbs it little.
/// </summary>
public static unsafe class MachinePeak
{
    private const int Windows = 12;
    private const double WindowSeconds = 0.012;
    private const long ReadBytes = 512L << 20;

    /// <summary>Operations per second of int8 dot products; a multiply-add counts as two.</summary>
    /// <remarks>From registers alone where code is generated; elsewhere the engine's own kernel over a panel in the first-level cache.</remarks>
    public static double Int8OperationsPerSecond(int threads) => Best(Int8(threads));

    /// <summary>Operations per second of bfloat16 dot products with float32 sums; a multiply-add counts as two.</summary>
    /// <remarks>Without such an instruction, and where it is the slower way, bfloat16 is widened and the float32 peak is the limit.</remarks>
    public static double BFloat16OperationsPerSecond(int threads)
    {
        double widened = Float32OperationsPerSecond(threads);
        return PeakLoops.BFloat16 is { } loop ? Math.Max(widened, Best(new ComputeWindow<GeneratedWork>(new GeneratedWork(loop), threads))) : widened;
    }

    /// <summary>Operations per second of float32 multiply-adds, each counted as two.</summary>
    public static double Float32OperationsPerSecond(int threads) => Best(Float32(threads));

    /// <summary>Bytes per second that <paramref name="threads"/> threads read from memory, each its own part of a buffer of 512 MiB.</summary>
    public static double ReadBytesPerSecond(int threads) => Best(new ReadWindow(threads));

    internal static PeakWindow Int8(int threads) => PeakLoops.Int8 is { } loop
        ? new ComputeWindow<GeneratedWork>(new GeneratedWork(loop), threads)
        : new ComputeWindow<Int8KernelWork>(new Int8KernelWork(), threads);

    internal static PeakWindow Float32(int threads) => Processor.VectorTier switch
    {
        KernelTier.Avx512 => new ComputeWindow<Float32Work<Lanes512>>(default, threads),
        KernelTier.Avx2 => new ComputeWindow<Float32Work<Lanes256>>(default, threads),
        _ => new ComputeWindow<Float32Work<Lanes128>>(default, threads),
    };

    private static double Best(PeakWindow window)
    {
        using (window)
        {
            double best = 0;
            for (int i = 0; i < Windows; i++)
                best = Math.Max(best, window.Next());
            return best;
        }
    }

    /// <summary>A short measurement that can be repeated.</summary>
    internal abstract class PeakWindow(int threads) : IDisposable
    {
        protected WorkerTeam Team { get; } = new(threads);

        /// <summary>Measures once: operations or bytes per second.</summary>
        public abstract double Next();

        public virtual void Dispose() => Team.Dispose();
    }

    internal sealed class ReadWindow : PeakWindow
    {
        private readonly AlignedBuffer<byte> _buffer = new(ReadBytes);

        public ReadWindow(int threads)
            : base(threads)
        {
            // Memory that was never written has no pages of its own: reading it would be reading a cache.
            _buffer.Span.Fill(1);
        }

        public override double Next()
        {
            ReadJob job = new(_buffer.Pointer, ReadBytes / Team.Threads / ReadJob.BlockBytes);
            long start = Stopwatch.GetTimestamp();
            Team.Run(ref job, Team.Threads);
            return Team.Threads * job.Blocks * ReadJob.BlockBytes / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        public override void Dispose()
        {
            base.Dispose();
            _buffer.Dispose();
        }
    }

    private sealed class ComputeWindow<TWork> : PeakWindow
        where TWork : struct, IWork
    {
        private readonly TWork _work;
        private readonly nint _iterations = 1000;

        public ComputeWindow(TWork work, int threads)
            : base(threads)
        {
            _work = work;
            Time(1); // compiles the loop
            double seconds;
            while ((seconds = Time(_iterations)) < WindowSeconds / 8)
                _iterations *= 4;
            _iterations = Math.Max(1, (nint)(_iterations * WindowSeconds / seconds));
        }

        public override double Next() => (double)_iterations * _work.OperationsPerIteration * Team.Threads / Time(_iterations);

        private double Time(nint iterations)
        {
            WorkJob<TWork> job = new(_work, iterations);
            long start = Stopwatch.GetTimestamp();
            Team.Run(ref job, Team.Threads);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    private interface IWork
    {
        long OperationsPerIteration { get; }

        void Run(nint iterations);
    }

    // One item a thread: a thread that comes late leaves its item to another, and that window is not the best.
    private readonly struct WorkJob<TWork>(TWork work, nint iterations) : IJob
        where TWork : struct, IWork
    {
        public void Execute(int item, int worker) => work.Run(iterations);
    }

    private readonly struct GeneratedWork(PeakLoop loop) : IWork
    {
        public long OperationsPerIteration => loop.OperationsPerIteration;

        public void Run(nint iterations)
        {
            // Small numbers of both signs, as activations and weights are; also as bfloat16.
            byte* operands = stackalloc byte[PeakLoop.OperandBytes];
            for (int i = 0; i < PeakLoop.OperandBytes; i++)
                operands[i] = (byte)(i % 2 == 0 ? i * 37 : 0x3E + (i / 2 % 2));
            loop.Run(iterations, operands);
        }
    }

    private readonly struct Int8KernelWork : IWork
    {
        private const int Groups = 128;

        public long OperationsPerIteration => 2 * Groups * 4 * Panel.Width;

        public void Run(nint iterations)
        {
            using AlignedBuffer<byte> memory = new((Groups * 4) + (Groups * 4 * Panel.Width) + (Panel.Width * sizeof(int)));
            byte* row = memory.Pointer, panel = row + (Groups * 4);
            for (nint i = 0; i < iterations; i++)
                Int8Tile.Multiply((sbyte*)row, Groups * 4, 1, panel, Groups, (int*)(panel + (Groups * 4 * Panel.Width)), panel, new PanelAhead(0, 0, 1));
        }
    }

    private readonly struct Float32Work<TLanes> : IWork
        where TLanes : unmanaged, ILanes<TLanes>
    {
        public long OperationsPerIteration => 12 * 2 * TLanes.Count;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(nint iterations)
        {
            float* start = stackalloc float[16];
            TLanes x = TLanes.Broadcast(0.999f), y = TLanes.Broadcast(0.001f);
            TLanes s0 = y, s1 = y, s2 = y, s3 = y, s4 = y, s5 = y, s6 = y, s7 = y, s8 = y, s9 = y, s10 = y, s11 = y;
            for (nint i = 0; i < iterations; i++)
            {
                s0 = TLanes.FusedMultiplyAdd(s0, x, y);
                s1 = TLanes.FusedMultiplyAdd(s1, x, y);
                s2 = TLanes.FusedMultiplyAdd(s2, x, y);
                s3 = TLanes.FusedMultiplyAdd(s3, x, y);
                s4 = TLanes.FusedMultiplyAdd(s4, x, y);
                s5 = TLanes.FusedMultiplyAdd(s5, x, y);
                s6 = TLanes.FusedMultiplyAdd(s6, x, y);
                s7 = TLanes.FusedMultiplyAdd(s7, x, y);
                s8 = TLanes.FusedMultiplyAdd(s8, x, y);
                s9 = TLanes.FusedMultiplyAdd(s9, x, y);
                s10 = TLanes.FusedMultiplyAdd(s10, x, y);
                s11 = TLanes.FusedMultiplyAdd(s11, x, y);
            }

            // Stored, so that no chain is dead code.
            TLanes low = TLanes.Add(TLanes.Add(TLanes.Add(s0, s1), TLanes.Add(s2, s3)), TLanes.Add(s4, s5));
            TLanes.Store(TLanes.Add(low, TLanes.Add(TLanes.Add(TLanes.Add(s6, s7), TLanes.Add(s8, s9)), TLanes.Add(s10, s11))), start);
        }
    }

    private readonly struct ReadJob(byte* memory, long blocks) : IJob
    {
        /// <summary>Bytes of one round of loads.</summary>
        public const int BlockBytes = 512;

        private readonly byte* _memory = memory;

        public long Blocks { get; } = blocks;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Execute(int item, int worker)
        {
            byte* p = _memory + (item * Blocks * BlockBytes);
            Vector512<byte> a = default, b = default;
            for (long i = 0; i < Blocks; i++, p += BlockBytes)
            {
                a |= Vector512.Load(p) ^ Vector512.Load(p + 64) ^ Vector512.Load(p + 128) ^ Vector512.Load(p + 192);
                b |= Vector512.Load(p + 256) ^ Vector512.Load(p + 320) ^ Vector512.Load(p + 384) ^ Vector512.Load(p + 448);
            }

            // Written back, so that the loads are not dead code.
            if ((a | b) == default)
                p[-1] = 1;
        }
    }
}
