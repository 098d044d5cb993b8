using System.Globalization;

namespace Tidar.Kernels.Collectives;

/// <summary>What <c>mpirun</c> or Slurm tells a process through its environment.</summary>
public static class MpiEnvironment
{
    /// <summary>Whether the process was started as a rank: by <c>mpirun</c>, or by <c>srun --mpi=pmix</c> or <c>pmi2</c>.</summary>
    public static bool IsRank => Variable("OMPI_COMM_WORLD_SIZE") is not null || Variable("PMIX_RANK") is not null || Variable("PMI_RANK") is not null;

    /// <summary>Threads for this rank where nobody says how many: the processors that it is bound to, or its share of the machine's.</summary>
    public static int Threads
    {
        get
        {
            bool isBound = Variable("OMPI_MCA_orte_bound_at_launch") is "1";
            bool isShared = int.TryParse(Variable("OMPI_COMM_WORLD_LOCAL_SIZE"), NumberStyles.None, CultureInfo.InvariantCulture, out int ranks) && ranks > 1;
            return isShared && !isBound ? Math.Max(1, Environment.ProcessorCount / ranks) : Environment.ProcessorCount;
        }
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name);
}
