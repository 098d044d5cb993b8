using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Tests;

/// <summary>Runs a check on every tier this machine has, with one and with three threads. Callers belong to the collection <see cref="Processor"/>.</summary>
internal static class Tiers
{
    public static void OnEach(Action<WorkerTeam> check)
    {
        KernelTier before = Processor.Tier;
        try
        {
            foreach (KernelTier tier in Processor.Available)
            {
                Processor.Tier = tier;
                foreach (int threads in new[] { 1, 3 })
                {
                    using WorkerTeam team = new(threads);
                    check(team);
                }
            }
        }
        finally
        {
            Processor.Tier = before;
        }
    }
}
