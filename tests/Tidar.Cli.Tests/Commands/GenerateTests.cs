using System.Text.Json;
using System.Text.RegularExpressions;
using Tidar.Cli.Hosting;
using Tidar.Tests;

namespace Tidar.Cli.Tests.Commands;

public sealed class GenerateTests
{
    private const string Problem = "dora has 13 books and loses 8. how many books has dora?\n";
    private const string Answer = "dora had 13 books. 13-9=18. dora has 18 books.";

    private static string Model => SharedData.Path("goldens", "tidar", "decode", "model");

    public static TheoryData<int> Traces => [.. Enumerable.Range(0, ReadTraces().Length)];

    [Theory]
    [MemberData(nameof(Traces))]
    public void Every_golden_trace_comes_out_of_the_command_step_by_step(int index)
    {
        string model = Model;
        JsonElement golden = ReadTraces()[index];
        using TemporaryFolder folder = new();
        string prompts = folder.Write("prompts.jsonl", $"{{\"ids\": {golden.GetProperty("prompt").GetRawText()}}}\n");
        string[] common = ["--model", model, "--prompts", prompts, "--max-tokens", "96", "--trace", "--json"];
        JsonElement result = CommandRun.Of([.. Arguments(golden), .. common]).Json(notes: true).Single();
        Assert.Equal(Numbers(golden, "tokens"), Numbers(result, "ids"));
        if (!golden.TryGetProperty("steps", out JsonElement steps))
            return;
        Assert.Equal(golden.GetProperty("passes").GetInt32(), result.GetProperty("passes").GetInt32());
        Assert.Equal(golden.GetProperty("draft_length").GetInt32(), result.GetProperty("draft_length").GetInt32());
        Assert.True(JsonElement.DeepEquals(steps, result.GetProperty("steps")));
    }

    [Fact]
    public void Json_has_exactly_the_fields_of_the_contract()
    {
        JsonElement result = CommandRun.Of("generate", Problem, "--model", Model, "--json").Json().Single();
        string[] fields =
        [
            "prompt_ids", "ids", "text", "finish", "strategy", "mode", "draft_length", "passes", "tokens_per_pass", "prefill_seconds", "decode_seconds",
            "tokens_per_second",
        ];
        Assert.Equal(fields, result.EnumerateObject().Select(p => p.Name));
        Assert.Equal(Answer, result.GetProperty("text").GetString());
        Assert.Equal("eos", result.GetProperty("finish").GetString());
        Assert.Equal("tidar", result.GetProperty("strategy").GetString());
        Assert.Equal("auto", result.GetProperty("mode").GetString());
        Assert.Equal(8, result.GetProperty("draft_length").GetInt32());
        Assert.Equal((double)Numbers(result, "ids").Length / result.GetProperty("passes").GetInt32(), result.GetProperty("tokens_per_pass").GetDouble());
    }

    [Fact]
    public void Autoregression_gives_exactly_one_token_a_pass_and_no_mode()
    {
        JsonElement result = CommandRun.Of("generate", Problem, "--model", Model, "--json", "--strategy", "ar").Json().Single();
        Assert.Equal(1, result.GetProperty("tokens_per_pass").GetDouble());
        Assert.Equal(JsonValueKind.Null, result.GetProperty("mode").ValueKind);
        Assert.Equal(Answer, result.GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("--mode", "fused")]
    [InlineData("--mode", "two-pass")]
    [InlineData("--mode", "sparse", "--outcomes", "1,8")]
    [InlineData("--draft-length", "5", "--temperature", "1.5", "--top-k", "20", "--seed", "18446744073709551615")]
    public void Compare_adds_the_same_text_by_autoregression(params string[] options)
    {
        JsonElement result = CommandRun.Of(["generate", Problem, "--model", Model, "--json", "--compare", .. options]).Json(notes: true).Single();
        Assert.True(result.GetProperty("equal").GetBoolean());
        JsonElement reference = result.GetProperty("ar");
        Assert.Equal("ar", reference.GetProperty("strategy").GetString());
        Assert.Equal(Numbers(result, "ids"), Numbers(reference, "ids"));
        Assert.Equal(reference.GetProperty("passes").GetInt32(), Numbers(reference, "ids").Length);
    }

    [Fact]
    public void Line_i_of_a_prompts_file_uses_seed_N_plus_i()
    {
        string model = Model;
        using TemporaryFolder folder = new();
        string line = JsonSerializer.Serialize(new { prompt = Problem });
        string[] sampling = ["--temperature", "2", "--max-tokens", "24", "--model", model, "--json"];
        JsonElement[] batch = CommandRun.Of(["generate", "--prompts", folder.Write("p.jsonl", $"{line}\n{line}\n{line}\n"), "--seed", "5", .. sampling]).Json();
        Assert.Equal(3, batch.Length);
        Assert.NotEqual(Numbers(batch[0], "ids"), Numbers(batch[1], "ids"));
        for (int i = 0; i < 3; i++)
        {
            JsonElement alone = CommandRun.Of(["generate", Problem, "--seed", $"{5 + i}", .. sampling]).Json().Single();
            Assert.Equal(Numbers(alone, "ids"), Numbers(batch[i], "ids"));
        }
    }

    [Fact]
    public void Logprobs_adds_one_number_and_the_best_candidates_for_every_token()
    {
        JsonElement result = CommandRun.Of("generate", Problem, "--model", Model, "--json", "--logprobs", "3").Json().Single();
        int[] ids = Numbers(result, "ids");
        Assert.Equal(ids.Length, result.GetProperty("logprobs").GetArrayLength());
        JsonElement[] top = [.. result.GetProperty("top_logprobs").EnumerateArray()];
        Assert.Equal(ids.Length, top.Length);
        for (int i = 0; i < ids.Length; i++)
        {
            Assert.Equal(3, top[i].GetArrayLength());
            Assert.Equal(ids[i], top[i][0].GetProperty("id").GetInt32());
            Assert.Equal(result.GetProperty("logprobs")[i].GetDouble(), top[i][0].GetProperty("logprob").GetDouble());
        }
    }

    [Fact]
    public void A_stop_string_ends_the_text_before_it()
    {
        JsonElement result = CommandRun.Of("generate", Problem, "--model", Model, "--json", "--stop", "nothing", "--stop", "13-9").Json().Single();
        Assert.Equal("dora had 13 books. ", result.GetProperty("text").GetString());
        Assert.Equal("stop", result.GetProperty("finish").GetString());
    }

    [Fact]
    public void Text_goes_to_standard_output_as_it_is_and_a_summary_behind_it()
    {
        CommandRun run = CommandRun.Of("generate", Problem, "--model", Model, "--mode", "fused");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Empty(run.Error);
        Assert.StartsWith($"{Answer}\n", run.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Matches(@"47 tokens, 8 passes, T/NFE 5\.88, \d+ tokens/s, tidar fused, K = 8", run.Output);
        Assert.DoesNotContain('\e', run.Output);
        Assert.Equal($"{Answer}\n", CommandRun.Of("generate", Problem, "--model", Model, "--show", "text").Output.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void On_a_terminal_accepted_drafts_are_green_and_the_AR_half_s_own_tokens_yellow()
    {
        using StringWriter output = new(), error = new();
        CommandContext context = new(output, error, TextReader.Null) { OutputStyle = new TerminalStyle(IsTerminal: true, Colour: true) };
        Assert.Equal(ExitCode.Done, CommandHost.Run(["generate", Problem, "--model", Model, "--mode", "fused"], context));
        Assert.Contains("\e[33md\e[0m\e[32mora had\e[0m\e[33m \e[0m\e[32m13 book\e[0m\e[33ms\e[0m", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(Answer, Plain(output.ToString()).Split('\n')[1].TrimEnd('\r'));
    }

    [Fact]
    public void The_steps_view_shows_a_line_a_pass()
    {
        string[] lines = CommandRun.Of("generate", Problem, "--model", Model, "--mode", "fused", "--show", "steps").Output.ReplaceLineEndings("\n").Split('\n');
        Assert.Equal(8, lines.Count(l => l.StartsWith("pass", StringComparison.Ordinal)));
        Assert.Contains("pass   5  1/8  1 | .. dora -> 8", lines);
    }

    [Fact]
    public void Dash_reads_the_prompt_from_standard_input()
    {
        CommandRun run = CommandRun.Of(["generate", "-", "--model", Model, "--json"], input: Problem + "\n");
        Assert.Equal(Answer, run.Json().Single().GetProperty("text").GetString());
    }

    [Fact]
    public void A_draft_length_the_model_was_not_trained_with_is_a_note_and_a_model_without_record_runs_autoregressively()
    {
        CommandRun shorter = CommandRun.Of("generate", Problem, "--model", Model, "--json", "--draft-length", "4");
        Assert.Equal(Answer, shorter.Json(notes: true).Single().GetProperty("text").GetString());
        Assert.StartsWith("note: draft length 4 differs from the 8", shorter.Error, StringComparison.Ordinal);
        using TemporaryFolder folder = new();
        string ids = folder.Write("p.jsonl", "{\"ids\": [1, 2, 3]}");
        string model = SharedData.Path("goldens", "models", "hf", "qwen3");
        CommandRun plain = CommandRun.Of("generate", "--model", model, "--prompts", ids, "--json", "--max-tokens", "4");
        Assert.Equal("ar", plain.Json(notes: true).Single().GetProperty("strategy").GetString());
        Assert.Equal(JsonValueKind.Null, plain.Json(notes: true).Single().GetProperty("text").ValueKind);
        Assert.Contains("autoregressive", Assert.Single(plain.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelling_flushes_what_is_there_and_is_exit_code_130()
    {
        using CancellationTokenSource stop = new();
        using StoppingWriter output = new(stop);
        using StringWriter error = new();
        int code = CommandHost.Run(["generate", Problem, "--model", Model, "--mode", "fused"], output, error, cancellation: stop.Token);
        Assert.Equal(ExitCode.Cancelled, code);
        Assert.Equal("dora had", output.ToString());
        Assert.Equal("cancelled", error.ToString().TrimEnd());
    }

    [Theory]
    [InlineData("expected TEXT or --prompts, found neither")]
    [InlineData("expected TEXT or --prompts, found both", "text", "--prompts", "x")]
    [InlineData("--temperature: expected a number from 0 up, found -1", "x", "--temperature", "-1")]
    [InlineData("--temperature: expected a number from 0 up, found NaN", "x", "--temperature", "NaN")]
    [InlineData("--top-p: expected a number above 0, up to 1, found 2", "x", "--top-p", "2")]
    [InlineData("--max-tokens: expected a whole number of at least 1, found 0", "x", "--max-tokens", "0")]
    [InlineData("--seed: expected a whole number from 0", "x", "--seed", "-1")]
    [InlineData("--strategy: expected one of auto, tidar, ar, draft-model, prompt-lookup, block-diffusion, masked-diffusion, found magic", "x", "--strategy", "magic")]
    [InlineData("--outcomes: expected whole numbers", "x", "--outcomes", "1,,2")]
    [InlineData("--logit-bias: expected ID=BIAS", "x", "--logit-bias", "seven")]
    [InlineData("--threads: expected", "x", "--threads", "1.5")]
    [InlineData("--weights: expected one of f32, bf16", "x", "--weights", "f16")]
    [InlineData("found --temprature", "--temprature", "1")]
    [InlineData("--stop", "x", "--stop")]
    [InlineData("found --prompts", "--chat", "--prompts", "x")]
    [InlineData("--system: expected --chat", "x", "--system", "s")]
    public void An_option_that_cannot_be_is_one_line(string part, params string[] args) =>
        Assert.Contains(part, CommandRun.Of(["generate", .. args]).Mistake(), StringComparison.Ordinal);

    [Theory]
    [InlineData("draft length", "--draft-length", "65")]
    [InlineData("outcomes", "--mode", "sparse")]
    [InlineData("outcomes", "--outcomes", "9")]
    [InlineData("beta", "--beta", "0.5", "--mode", "two-pass")]
    [InlineData("logit bias", "--logit-bias", "4711=1")]
    [InlineData("mask token", "--mask-token", "4711")]
    [InlineData("stop", "--stop", "")]
    [InlineData("logprobs", "--logprobs", "101")]
    public void An_option_that_does_not_fit_the_model_is_one_line(string part, params string[] args) =>
        Assert.Contains(part, CommandRun.Of(["generate", "x", "--model", Model, .. args]).Mistake(), StringComparison.Ordinal);

    [Theory]
    [InlineData("{\"ids\": [5]}\n{\"prompt\"", "line 2")]
    [InlineData("{\"ids\": [5]}\n[1]", "line 2: expected a JSON object, found an array")]
    [InlineData("{\"ids\": [5]}\n\n{\"ids\": [5]}", "line 2: expected a JSON object, found an empty line")]
    [InlineData("{\"ids\": [5]}\n{\"text\": \"x\"}", "line 2: expected one of the fields prompt, ids, messages, found none")]
    [InlineData("{\"ids\": [5], \"prompt\": \"x\"}", "line 1: expected one of the fields prompt, ids, messages, found prompt and ids")]
    [InlineData("{\"ids\": \"5\"}", "line 1: ids")]
    [InlineData("{\"ids\": [5.5]}", "line 1: ids")]
    [InlineData("{\"ids\": [-1]}", "line 1: ids")]
    [InlineData("{\"ids\": []}", "line 1: prompt: expected at least one token, found none")]
    [InlineData("{\"ids\": [4711]}", "line 1: prompt: token 0: expected an id from 0 to")]
    [InlineData("{\"prompt\": 5}", "line 1: prompt: expected a string, found 5")]
    [InlineData("{\"prompt\": \"\"}", "line 1: prompt: expected at least one token, found none")]
    [InlineData("{\"prompt\": \"\\ud83d\"}", "line 1: expected valid JSON")]
    [InlineData("{\"messages\": \"hello\"}", "line 1: messages: expected an array")]
    [InlineData("{\"messages\": [\"hello\"]}", "line 1: messages: expected objects with role and content, found \"hello\"")]
    [InlineData("{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}]}", "expected a chat template")]
    [InlineData("{\"ids\": [5], \"add_special\": 1}", "line 1: add_special")]
    [InlineData("", "an empty file")]
    [InlineData("\n\n", "an empty file")]
    public void A_mistake_in_a_prompts_file_names_the_line(string text, string part)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("p.jsonl", text);
        string line = CommandRun.Of("generate", "--model", Model, "--prompts", path).Mistake();
        Assert.Contains(part, line, StringComparison.Ordinal);
        if (!part.Contains("template", StringComparison.Ordinal))
            Assert.StartsWith(path, line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_prompt_with_the_mask_token_or_longer_than_the_context_is_refused_before_anything_is_written()
    {
        string model = Model;
        using JsonDocument config = JsonDocument.Parse(File.ReadAllText(Path.Combine(model, "config.json")));
        int mask = config.RootElement.GetProperty("tidar").GetProperty("mask_token_id").GetInt32();
        int context = config.RootElement.GetProperty("max_position_embeddings").GetInt32();
        using TemporaryFolder folder = new();
        string masked = folder.Write("mask.jsonl", $"{{\"ids\": [5]}}\n{{\"ids\": [5, {mask}]}}\n");
        Assert.Contains("line 2: prompt: token 1", CommandRun.Of("generate", "--model", model, "--prompts", masked).Mistake(), StringComparison.Ordinal);
        string mistake = CommandRun.Of("generate", new string('a', context), "--model", model).Mistake();
        Assert.Contains($"expected fewer than {context} tokens", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void Places_that_hold_no_prompts_or_no_model_are_one_line()
    {
        using TemporaryFolder folder = new();
        Assert.Contains("expected a file, found a folder", CommandRun.Of("generate", "--prompts", folder.Path).Mistake(), StringComparison.Ordinal);
        Assert.Contains("found no such file", CommandRun.Of("generate", "--prompts", folder.File("none")).Mistake(), StringComparison.Ordinal);
        Assert.Contains("config.json", CommandRun.Of("generate", "x", "--model", folder.Path).Mistake(), StringComparison.Ordinal);
        Assert.Contains("nothing at no-such-model", CommandRun.Of("generate", "x", "--model", "no-such-model").Mistake(), StringComparison.Ordinal);
        string other = folder.Write("x.gguf", "not one");
        Assert.Contains("expected a GGUF file", CommandRun.Of("generate", "x", "--model", other).Mistake(), StringComparison.Ordinal);
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
            return;
        string secret = folder.Write("secret.jsonl", "{}");
        File.SetUnixFileMode(secret, UnixFileMode.None);
        Assert.Contains("no permission", CommandRun.Of("generate", "--prompts", secret).Mistake(), StringComparison.Ordinal);
    }

    private static JsonElement[] ReadTraces()
    {
        const string File = "traces.jsonl";
        return SharedData.Files(File, "goldens", "tidar", "decode").Contains(File, StringComparer.Ordinal)
            ? [.. System.IO.File.ReadLines(SharedData.Path("goldens", "tidar", "decode", File)).Select(l => JsonDocument.Parse(l).RootElement)]
            : [default];
    }

    private static IEnumerable<string> Arguments(JsonElement golden)
    {
        string strategy = golden.GetProperty("strategy").GetString()!;
        yield return "generate";
        yield return "--strategy";
        yield return strategy == "autoregressive" ? "ar" : "tidar";
        if (strategy == "autoregressive")
            yield break;
        yield return $"--mode={strategy}";
        yield return $"--draft-length={golden.GetProperty("draft_length").GetInt32()}";
        if (strategy == "sparse")
            yield return $"--outcomes={string.Join(',', Numbers(golden, "outcomes"))}";
        if (golden.TryGetProperty("beta", out JsonElement beta))
            yield return $"--beta={beta.GetRawText()}";
    }

    private static int[] Numbers(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(e => e.GetInt32())];

    private static string Plain(string text) =>
        Regex.Replace(text, "\e\\[[0-9;]*m", "", RegexOptions.None, TimeSpan.FromSeconds(1)).ReplaceLineEndings("\n");

    // Asks to stop as soon as text has been written.
    private sealed class StoppingWriter(CancellationTokenSource stop) : StringWriter
    {
        public override void Write(string? value)
        {
            base.Write(value);
            if (!string.IsNullOrEmpty(value))
                stop.Cancel();
        }
    }
}
