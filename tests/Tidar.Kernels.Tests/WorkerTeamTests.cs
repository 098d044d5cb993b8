using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Tests;

public sealed class WorkerTeamTests
{
    [Fact]
    public void Every_item_runs_exactly_once_over_many_jobs()
    {
        using WorkerTeam team = new(4);
        for (int round = 0; round < 2000; round++)
        {
            int[] counts = new int[1 + (round % 37)];
            CountJob job = new(counts);
            team.Run(ref job, counts.Length);
            Assert.All(counts, c => Assert.Equal(1, c));
        }
    }

    [Fact]
    public void Sleeping_workers_wake_for_the_next_job()
    {
        using WorkerTeam team = new(3);
        for (int round = 0; round < 5; round++)
        {
            Thread.Sleep(30);
            int[] counts = new int[64];
            CountJob job = new(counts);
            team.Run(ref job, counts.Length);
            Assert.All(counts, c => Assert.Equal(1, c));
        }
    }

    [Fact]
    public void A_failure_in_a_job_reaches_the_caller_and_the_team_survives_it()
    {
        using WorkerTeam team = new(2);
        FailJob fail = default;
        Assert.Throws<AggregateException>(() => team.Run(ref fail, 8));
        int[] counts = new int[8];
        CountJob job = new(counts);
        team.Run(ref job, counts.Length);
        Assert.All(counts, c => Assert.Equal(1, c));
    }

    [Fact]
    public void A_job_started_inside_a_job_runs_on_its_caller()
    {
        using WorkerTeam team = new(2);
        int[] counts = new int[100];
        NestedJob job = new(team, counts);
        team.Run(ref job, 10);
        Assert.All(counts, c => Assert.Equal(10, c));
    }

    private readonly struct CountJob(int[] counts) : IJob
    {
        public void Execute(int item, int worker) => Interlocked.Increment(ref counts[item]);
    }

    private readonly struct FailJob : IJob
    {
        public void Execute(int item, int worker) => throw new InvalidOperationException("item failed");
    }

    private readonly struct NestedJob(WorkerTeam team, int[] counts) : IJob
    {
        public void Execute(int item, int worker)
        {
            CountJob inner = new(counts);
            team.Run(ref inner, counts.Length);
        }
    }
}
