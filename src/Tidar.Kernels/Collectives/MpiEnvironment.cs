using System.Globalization;

namespace Tidar.Kernels.Collectives;

/// <summary>What <c>mpirun</c> or Slurm tells a process through its environment.</summary>
public static class MpiEnvironment
{
    /// <summary>Whether the process was started as a rank: by <c>mpirun</c>, or by <c>srun</c>.</summary>
    public static bool IsRank => Variable("OMPI_COMM_WORLD_SIZE") is not null || Variable("PMIX_RANK") is not null || Variable("PMI_RANK") is not null || Size > 1;

    /// <summary>How many processes were started together, as far as the environment says before they have met.</summary>
    public static int Size => Math.Max(1, Number("OMPI_COMM_WORLD_SIZE") ?? Number("PMI_SIZE") ?? Number("SLURM_STEP_NUM_TASKS") ?? 1);

    /// <summary>Threads for this rank where nobody says how many: the processors that it is bound to, or its share of the machine's.</summary>
    public static int Threads
    {
        get
        {
            bool isBound = Variable("OMPI_MCA_orte_bound_at_launch") is "1";
            int ranks = isBound ? 1 : Math.Max(1, Number("OMPI_COMM_WORLD_LOCAL_SIZE") ?? 1);
            return Math.Max(1, Environment.ProcessorCount / ranks);
        }
    }

    private static int? Number(string name) => int.TryParse(Variable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name);
}
