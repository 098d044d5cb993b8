using Tidar.Kernels.Generated;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Tests;

[Collection(nameof(Processor))]
public sealed unsafe class GeneratedCodeTests
{
    private const int Outputs = 70;
    private const int Inputs = 300;
    private const int Rows = 37;

    [Fact]
    public void Where_the_system_refuses_executable_memory_the_intrinsics_give_the_same_bits()
    {
        (Int8Matrix matrix, float[] x) = Example();
        using WorkerTeam team = new(2);
        float[] expected = Multiply(matrix, team, x);
        using Int4Matrix four = new(Outputs, Inputs);
        four.SetRows(0, x.AsSpan(0, 30 * Inputs));
        float[] expectedFour = Multiply(four, team, x);
        (nint[] vnni, nint[] tiles, nint[] vnni4) = (VectorKernels.Int8.Entries, AmxKernels.Entries, VnniInt4Kernels.Entries);
        try
        {
            (VectorKernels.Int8.Entries, AmxKernels.Entries, VnniInt4Kernels.Entries) = (VectorKernels.Int8.Place(_ => null), AmxKernels.Place(_ => null), VnniInt4Kernels.Place(_ => null));
            Assert.False(VectorKernels.Int8.Available);
            Assert.False(VnniInt4Kernels.Available);
            Assert.Equal(expectedFour, Multiply(four, team, x));
            Assert.False(AmxKernels.Available);
            Assert.DoesNotContain(Processor.Int8Instructions, (string[])["tdpbsud", "vpdpbusd 512"]);
            Assert.Equal(expected, Multiply(matrix, team, x));
        }
        finally
        {
            (VectorKernels.Int8.Entries, AmxKernels.Entries, VnniInt4Kernels.Entries) = (vnni, tiles, vnni4);
            matrix.Dispose();
        }
    }

    [Fact]
    public void Float_kernels_on_the_tile_tier_are_those_of_512_bits()
    {
        KernelTier before = Processor.Tier;
        try
        {
            foreach (KernelTier tier in Enum.GetValues<KernelTier>())
            {
                Processor.Tier = tier;
                Assert.Equal(tier == KernelTier.Amx ? KernelTier.Avx512 : tier, Processor.VectorTier);
            }
        }
        finally
        {
            Processor.Tier = before;
        }
    }

    // Garbage collections stop threads with signals, whose handlers save and restore the registers of whatever code was running.
    [Fact]
    public void Garbage_collections_on_other_threads_leave_running_kernels_unharmed()
    {
        (Int8Matrix matrix, float[] x) = Example();
        using Int4Matrix four = new(Outputs, Inputs);
        four.SetRows(0, x.AsSpan(0, 30 * Inputs));
        float[] expected, expectedFour;
        using (WorkerTeam team = new(1))
            (expected, expectedFour) = (Multiply(matrix, team, x), Multiply(four, team, x));
        using CancellationTokenSource stop = new();
        Thread collector = new(() =>
        {
            List<byte[]> garbage = [];
            while (!stop.IsCancellationRequested)
            {
                garbage.Add(new byte[1000]);
                if (garbage.Count % 500 == 0)
                {
                    garbage.Clear();
                    GC.Collect();

                    // Without a pause a machine on which a collection takes long would do nothing else.
                    Thread.Sleep(1);
                }
            }
        });
        collector.Start();
        int wrong = 0, collections = GC.CollectionCount(0);
        Thread[] workers = [.. Enumerable.Range(0, 3).Select(_ => new Thread(() =>
        {
            using WorkerTeam team = new(2);
            for (int repeat = 0; repeat < 400; repeat++)
            {
                if (!expected.AsSpan().SequenceEqual(Multiply(matrix, team, x)) || !expectedFour.AsSpan().SequenceEqual(Multiply(four, team, x)))
                    Interlocked.Increment(ref wrong);
            }
        }))];
        foreach (Thread worker in workers)
            worker.Start();
        foreach (Thread worker in workers)
            worker.Join();
        stop.Cancel();
        collector.Join();
        matrix.Dispose();
        Assert.Equal(0, wrong);
        Assert.True(GC.CollectionCount(0) > collections);
    }

    private static (Int8Matrix Matrix, float[] X) Example()
    {
        Random random = new(5);
        Int8Matrix matrix = new(Outputs, Inputs);
        matrix.SetRows(0, [.. Enumerable.Range(0, Outputs * Inputs).Select(_ => random.NextSingle() - 0.5f)]);
        return (matrix, [.. Enumerable.Range(0, Rows * Inputs).Select(_ => random.NextSingle() - 0.5f)]);
    }

    private static float[] Multiply(WeightMatrix matrix, WorkerTeam team, float[] x)
    {
        float[] y = new float[Rows * Outputs];
        using PreparedRows input = new();
        input.Set(team, matrix, x, Rows);
        matrix.Multiply(team, input, y);
        return y;
    }
}
