using Tidar.Cli.Hosting;

namespace Tidar.Cli.Tests.Hosting;

public sealed class CommandHostTests
{
    [Fact]
    public void Without_a_command_the_help_is_shown()
    {
        CommandRun run = CommandRun.Of();
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("inspect", run.Output, StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }

    [Theory]
    [InlineData("found guess", "guess")]
    [InlineData("found --guess", "inspect", "--guess")]
    [InlineData("found --guess", "inspect", ".", "--guess")]
    [InlineData("found here", "inspect", ".", "here")]
    [InlineData("PATH", "inspect")]
    public void A_command_line_that_is_not_understood_is_one_line_and_exit_code_2(string part, params string[] args) =>
        Assert.Contains(part, CommandRun.Of(args).Mistake(), StringComparison.Ordinal);

    [Fact]
    public void A_failure_of_our_own_is_exit_code_1_and_one_line_that_says_how_to_learn_more()
    {
        using BrokenWriter output = new(new InvalidOperationException("out of order"));
        using StringWriter error = new();
        Assert.Equal(ExitCode.OurFault, CommandHost.Run(["--help"], output, error, cancellation: TestContext.Current.CancellationToken));
        Assert.Equal("error: internal failure: InvalidOperationException: out of order (set TIDAR_DEBUG=1 for the stack trace)", error.ToString().TrimEnd());
    }

    [Fact]
    public void Too_little_memory_is_exit_code_2_and_one_line_that_says_what_takes_less()
    {
        using BrokenWriter output = new(new InsufficientMemoryException("deep inside"));
        using StringWriter error = new();
        Assert.Equal(ExitCode.UserMistake, CommandHost.Run(["--help"], output, error, cancellation: TestContext.Current.CancellationToken));
        Assert.Equal(
            "error: memory: expected enough for the model and what it works on, found too little; int8 and int4 weights take less (--weights)", error.ToString().TrimEnd());
    }

    [Theory]
    [InlineData(32)]
    [InlineData(unchecked((int)0x8007006D))]
    public void A_reader_that_has_gone_away_is_no_error(int code)
    {
        using BrokenWriter output = new(new IOException("broken pipe", code));
        using StringWriter error = new();
        Assert.Equal(ExitCode.Done, CommandHost.Run(["--help"], output, error, cancellation: TestContext.Current.CancellationToken));
        Assert.Empty(error.ToString());
    }

    [Fact]
    public void A_text_that_begins_like_an_option_goes_behind_two_dashes()
    {
        Assert.Contains("--odd: expected", CommandRun.Of("inspect", "--", "--odd").Mistake(), StringComparison.Ordinal);
    }

    [Fact]
    public void More_threads_than_processors_is_a_warning_and_no_error()
    {
        string[] command = ["generate", "a", "--max-tokens", "1", "--json", "--threads"];
        string most = $"{Environment.ProcessorCount}", more = $"{Environment.ProcessorCount + 1}";
        Assert.DoesNotContain("--threads", CommandRun.Of([.. command, most]).Error, StringComparison.Ordinal);
        CommandRun run = CommandRun.Of([.. command, more]);
        Assert.Single(run.Json(notes: true));
        Assert.Contains($"--threads {more}: this machine has {most} processors", run.Error, StringComparison.Ordinal);
    }

    private sealed class BrokenWriter(Exception error) : StringWriter
    {
        public override void Write(char value) => throw error;

        public override void Write(string? value) => throw error;

        public override void Write(char[] buffer, int index, int count) => throw error;

        public override void WriteLine(string? value) => throw error;
    }
}
