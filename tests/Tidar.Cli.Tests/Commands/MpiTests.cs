using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Tidar.Cli.Hosting;
using Tidar.Tests;

namespace Tidar.Cli.Tests.Commands;

/// <summary><c>tidar train</c> as <c>mpirun</c> starts it, on Open MPI itself.</summary>
public sealed class MpiTests : IDisposable
{
    private const string Marker = "TIDAR_TEST_RUN";

    private readonly TemporaryFolder _folder = new();

    public MpiTests() => _folder.Write("lines.txt", NumberLines.Of(60));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_two_and_four_ranks_give_the_same_losses_weights_and_moments()
    {
        RequireMpi();
        const int Steps = 6;
        string alone = Train(Write("alone", Steps));
        foreach (int ranks in new[] { 1, 2, 4 })
        {
            string name = $"ranks{ranks}";
            using ChildProcess run = Start(ranks, "train", "--config", Write(name, Steps), "--threads", "1", "--json");
            int code = run.Wait();
            Assert.True(code == ExitCode.Done, $"exit code {code}: {run.Error}");
            using JsonDocument last = JsonDocument.Parse(run.Output);
            Assert.Equal(Steps, last.RootElement.GetProperty("step").GetInt32());
            if (ranks > 1)
                Assert.Contains($"{ranks} ranks of 1 threads", run.Error, StringComparison.Ordinal);
            TrainedFiles.AssertSame(alone, _folder.File(name), Steps);
        }
    }

    [Fact]
    public void A_killed_rank_ends_all_with_a_message_and_the_run_goes_on_from_its_last_checkpoint()
    {
        RequireMpi();
        const int Steps = 300;
        string whole = Train(Write("whole", Steps)), recipe = Write("killed", Steps);
        using (ChildProcess run = Start(2, "train", "--config", recipe, "--threads", "1"))
        {
            WaitForCheckpoint(run, _folder.File("killed"));
            Signal("KILL", RankOf(run, 1));
            Assert.NotEqual(ExitCode.Done, run.Wait());
            Assert.Contains("rank 1", run.Output + run.Error, StringComparison.Ordinal);
            Assert.Contains("signal 9", run.Output + run.Error, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(_folder.File("killed/model")));
        using (ChildProcess run = Start(3, "train", "--config", recipe, "--threads", "1", "--resume"))
            Assert.True(run.Wait() == ExitCode.Done, run.Error);
        TrainedFiles.AssertSame(whole, _folder.File("killed"), Steps);
    }

    [Fact]
    public void A_request_to_stop_that_reaches_one_rank_saves_the_last_whole_step_of_all()
    {
        RequireMpi();
        const int Steps = 300;
        string recipe = Write("stopped", Steps);
        using (ChildProcess run = Start(2, "train", "--config", recipe, "--threads", "1"))
        {
            WaitForCheckpoint(run, _folder.File("stopped"));
            Signal("TERM", RankOf(run, 1));
            Assert.Equal(ExitCode.Cancelled, run.Wait());
            Assert.Single(run.Error.Split('\n'), line => line == "cancelled");
        }

        int saved = int.Parse(Directory.GetDirectories(_folder.File("stopped/checkpoints")).Max()!.Split('-')[^1], CultureInfo.InvariantCulture);
        string[] metrics = File.ReadAllLines(_folder.File("stopped/metrics.jsonl"));
        Assert.Equal(saved, metrics.Length);
        Assert.InRange(saved, 1, Steps - 1);
    }

    [Fact]
    public void A_mistake_is_one_line_whatever_the_number_of_ranks()
    {
        RequireMpi();
        using ChildProcess run = Start(2, "train", "--config", _folder.File("none.yaml"), "--threads", "1");
        Assert.Equal(ExitCode.UserMistake, run.Wait());
        Assert.Single(run.Error.Split('\n'), line => line.StartsWith("error: ", StringComparison.Ordinal));
        Assert.Contains("none.yaml", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Commands_that_train_in_one_process_refuse_several()
    {
        RequireMpi();
        using ChildProcess run = Start(2, "adapt", "--config", _folder.File("none.yaml"));
        Assert.Equal(ExitCode.UserMistake, run.Wait());
        Assert.Contains("expected one process", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Processes_that_another_MPI_started_and_that_do_not_find_each_other_are_refused()
    {
        RequireMpi();
        Dictionary<string, string> environment = new(StringComparer.Ordinal) { ["PMI_RANK"] = "0", ["PMI_SIZE"] = "2" };
        using ChildProcess run = new(["dotnet", typeof(CommandHost).Assembly.Location, "train", "--config", _folder.File("none.yaml")], environment);
        Assert.Equal(ExitCode.UserMistake, run.Wait());
        Assert.Contains("expected 2 that find each other", run.Error, StringComparison.Ordinal);
    }

    // Where this repository is checked, Open MPI is installed; elsewhere its tests may be left out.
    private static void RequireMpi()
    {
        bool isInstalled = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "mpirun")));
        Assert.SkipUnless(isInstalled || Environment.GetEnvironmentVariable("CI") is "true", "Open MPI (mpirun) is not installed");
        Assert.True(isInstalled, "CI needs Open MPI");
    }

    private static void Signal(string name, int process)
    {
        using Process kill = Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -{name} {process}")]);
        Assert.True(kill.WaitForExit(TimeSpan.FromSeconds(10)));
    }

    private static void WaitForCheckpoint(ChildProcess run, string output) =>
        run.WaitUntil(() => !run.IsRunning || Directory.Exists(Path.Combine(output, "checkpoints/step-00000005")), "checkpoint");

    // The program itself, not a shell that waits for it.
    private int RankOf(ChildProcess run, int rank)
    {
        Assert.True(run.IsRunning, run.Error);
        string marker = $"{Marker}={_folder.Path}", number = string.Create(CultureInfo.InvariantCulture, $"OMPI_COMM_WORLD_RANK={rank}");
        return Directory.GetDirectories("/proc").Select(p => Path.GetFileName(p)).Where(p => p.All(char.IsAsciiDigit)).Single(p =>
        {
            try
            {
                string[] environment = File.ReadAllText($"/proc/{p}/environ").Split('\0');
                return environment.Contains(marker) && environment.Contains(number);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }) is { } found ? int.Parse(found, CultureInfo.InvariantCulture) : 0;
    }

    private static string Train(string recipe)
    {
        CommandRun run = CommandRun.Of("train", "--config", recipe, "--threads", "2");
        Assert.True(run.Code == ExitCode.Done, run.Error);
        return Path.ChangeExtension(recipe, null);
    }

    private ChildProcess Start(int ranks, params string[] arguments)
    {
        string[] mpirun = ["mpirun", "-n", ranks.ToString(CultureInfo.InvariantCulture), "--oversubscribe", "--bind-to", "none"];
        return new ChildProcess([.. mpirun, "dotnet", typeof(CommandHost).Assembly.Location, .. arguments], new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Marker] = _folder.Path,
            ["OMPI_ALLOW_RUN_AS_ROOT"] = "1",
            ["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1",
            ["OMPI_MCA_mpi_yield_when_idle"] = "1",

            // Containers may forbid one process to read another's memory.
            ["OMPI_MCA_btl_vader_single_copy_mechanism"] = "none",
        });
    }

    private string Write(string name, int steps) => _folder.Write($"{name}.yaml", $"""
        output: {name}
        seed: 3
        model:
          architecture: qwen3
          hidden_size: 16
          intermediate_size: 32
          num_hidden_layers: 2
          num_attention_heads: 2
          num_key_value_heads: 1
          head_dim: 8
          max_position_embeddings: 128
        tokenizer:
          characters: true
        data:
          - text: lines.txt
            separator: "\n\n"
            held_out: 0.1
        objective:
          draft_length: 4
        batch:
          row_tokens: 32
          rows_per_step: 5
          rows_per_pass: 1
        steps: {steps}
        optimizer:
          learning_rate: 0.003
        evaluation:
          every: 3
          rows: 3
        checkpoint:
          every: 5
        """);
}
