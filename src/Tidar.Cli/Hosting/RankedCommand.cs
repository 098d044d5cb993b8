using Tidar.Kernels.Collectives;
using Tidar.Models;
using Tidar.Training.Distributed;

namespace Tidar.Cli.Hosting;

/// <summary>
/// Runs a command on every process that <c>mpirun</c> or Slurm started. The first rank alone writes; whatever ends the run is said once, and ends all ranks.
/// </summary>
internal static class RankedCommand
{
    /// <summary>Runs it with the ranks of this run; one process alone is a run of one rank.</summary>
    /// <exception cref="InvalidInputException">The process was started as a rank and Open MPI is not installed.</exception>
    public static int Run(CommandContext context, Func<CommandContext, ICollectives, int> command)
    {
        if (!MpiEnvironment.IsRank)
            return command(context, SingleRank.Instance);
        using ICollectives ranks = Join();

        // Several runs of one rank each would write the same files.
        if (ranks.Size < MpiEnvironment.Size)
        {
            throw new InvalidInputException(
                "mpirun", "ranks", $"{MpiEnvironment.Size} that find each other (started by Open MPI's own mpirun, or srun --mpi=pmix)", $"{ranks.Size}");
        }

        CommandContext own = ranks.Rank == 0 ? context : context with { Output = TextWriter.Null, Error = TextWriter.Null };
        try
        {
            return command(own, ranks);
        }
        catch (OtherRankException)
        {
            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            // Agreed by all ranks; the request may have come to another one than the first.
            own.Error.WriteLine("cancelled");
            return ranks.Rank == 0 ? ExitCode.Cancelled : ExitCode.Done;
        }
        catch (Exception error) when (ranks.Size > 1 && EndAll(error, context, ranks))
        {
            throw;
        }
    }

    /// <summary>Refuses to do the same, and write the same files, in several processes.</summary>
    /// <exception cref="InvalidInputException">This is one of several ranks.</exception>
    public static void RequireAlone(string command)
    {
        if (MpiEnvironment.Size > 1)
            throw new InvalidInputException("mpirun", command, "one process (only train shares its work among several)", $"{MpiEnvironment.Size}");
    }

    // Called as a filter, before anything is disposed of: other ranks may be reading this one's memory, or wait for it for ever.
    private static bool EndAll(Exception error, CommandContext context, ICollectives ranks)
    {
        ranks.Abort(CommandHost.Report(error, context));
        return false;
    }

    private static MpiCollectives Join()
    {
        try
        {
            return MpiCollectives.TryJoin() ?? throw new InvalidInputException("mpirun", "libmpi.so.40", "the library of Open MPI (Debian: libopenmpi3)", "none");
        }
        catch (EntryPointNotFoundException error)
        {
            throw new InvalidInputException("mpirun", "libmpi", "the library of Open MPI", "another MPI's", error);
        }
    }
}
