using System.Text.Json;
using Tidar.Kernels;
using Tidar.Tests;

namespace Tidar.Cli.Tests.Commands;

/// <summary>What <c>tidar bench</c> writes. How long anything takes is no test's business. It switches kernel tiers, so nothing runs beside it.</summary>
[Collection(nameof(BenchTests))]
public sealed class BenchTests
{
    private static string Tiny => SharedData.Path("goldens", "models", "hf", "qwen3");

    [Fact]
    public void A_step_says_what_it_cost_and_which_share_of_the_machine_s_limits_that_is()
    {
        JsonElement report = Run("step", "--model", Tiny, "--slots", "1,6,20", "--context", "24", "--repetitions", "2", "--threads", "1");
        Assert.Equal("int8", report.GetProperty("weights").GetString());
        Assert.Equal(1, report.GetProperty("threads").GetInt32());
        Assert.Equal(24, report.GetProperty("context").GetInt32());
        foreach (string limit in new[] { "peak_tops", "f32_tflops", "bandwidth_gbs", "weight_bytes", "parameters" })
            Assert.True(report.GetProperty(limit).GetDouble() > 0, limit);
        JsonElement[] rows = [.. report.GetProperty("rows").EnumerateArray()];
        Assert.Equal([1, 6, 20], rows.Select(r => r.GetProperty("slots").GetInt32()));
        Assert.Equal([1, 6, 16], rows.Select(r => r.GetProperty("logits").GetInt32()));
        Assert.All(rows, CheckRow);
        Assert.Equal(1, rows[0].GetProperty("relative_cost").GetDouble());
        Assert.True(rows[0].GetProperty("tokens_per_second").GetDouble() > 0);
        Assert.True(rows[0].GetProperty("operations").GetInt64() < rows[1].GetProperty("operations").GetInt64());
        Assert.All(rows, r => Assert.True(r.GetProperty("bytes").GetInt64() > report.GetProperty("weight_bytes").GetInt64()));
    }

    [Fact]
    public void TiDAR_s_fused_step_asks_for_2K_logits_and_reads_the_head_twice()
    {
        string[] common = ["step", "--model", Tiny, "--context", "8", "--repetitions", "1", "--threads", "1", "--weights", "f32", "--slots"];
        JsonElement rows = Run([.. common, "1,20", "--layout", "tidar"]).GetProperty("rows"), row = rows[1];
        JsonElement chain = Run([.. common, "20"]).GetProperty("rows")[0];
        CheckRow(row);
        Assert.Equal(1, rows[0].GetProperty("relative_cost").GetDouble());
        Assert.Equal(8, row.GetProperty("logits").GetInt32());
        Assert.True(row.GetProperty("bytes").GetInt64() > chain.GetProperty("bytes").GetInt64());
    }

    [Fact]
    public void Prefill_and_decoding_tell_tokens_per_second()
    {
        JsonElement prefill = Run("prefill", "--model", Tiny, "--tokens", "40", "--repetitions", "1", "--threads", "1").GetProperty("rows")[0];
        CheckRow(prefill);
        Assert.Equal(40, prefill.GetProperty("slots").GetInt32());
        Assert.True(prefill.GetProperty("tokens_per_second").GetDouble() > 0);
        JsonElement decode = Run("decode", "--model", Tiny, "--tokens", "12", "--context", "20", "--threads", "1").GetProperty("rows")[0];
        CheckRow(decode);
        Assert.Equal(12, decode.GetProperty("repetitions").GetInt32());
        Assert.True(decode.GetProperty("tokens_per_second").GetDouble() > 0);
        Assert.True(decode.GetProperty("allocated_bytes_per_token").GetDouble() >= 0);
    }

    [Fact]
    public void The_machine_s_limits_are_measured_for_every_tier_and_the_tier_in_use_stays()
    {
        KernelTier before = Processor.Tier;
        JsonElement report = Run("machine", "--threads", "1");
        Assert.Equal(before, Processor.Tier);
        JsonElement[] rows = [.. report.GetProperty("rows").EnumerateArray()];
        Assert.Equal(
            Processor.Available.Select(t => t.ToString().ToLowerInvariant()).Order(StringComparer.Ordinal),
            rows.Select(r => r.GetProperty("tier").GetString()).Order(StringComparer.Ordinal));
        Assert.Equal(before.ToString().ToLowerInvariant(), rows[0].GetProperty("tier").GetString());
        Assert.Equal(rows[0].GetProperty("int8_tops").GetDouble(), report.GetProperty("peak_tops").GetDouble());
        Assert.Equal(Processor.Notes, report.GetProperty("notes").EnumerateArray().Select(n => n.GetString()));
        Assert.Equal(Processor.Int8Instructions, rows[0].GetProperty("int8_instructions").GetString());
        foreach (string limit in new[] { "int8_tops", "bf16_tflops", "f32_tflops", "bandwidth_gbs" })
            Assert.All(rows, r => Assert.True(r.GetProperty(limit).GetDouble() > 0, limit));
    }

    [Theory]
    [InlineData("bf16")]
    [InlineData("f32")]
    public void Training_steps_are_set_beside_the_bfloat16_peak(string precision)
    {
        JsonElement report = Run("train", "--model", Tiny, "--draft-length", "4", "--row-tokens", "24", "--repetitions", "2", "--threads", "1", "--precision", precision);
        Assert.Equal(precision, report.GetProperty("precision").GetString());
        JsonElement row = report.GetProperty("rows").EnumerateArray().Single();
        Assert.Equal((2 * 24 * 2, 2), (row.GetProperty("slots").GetInt32(), row.GetProperty("repetitions").GetInt32()));
        double operations = row.GetProperty("operations").GetDouble(), attention = row.GetProperty("attention_operations").GetDouble();
        Assert.InRange(attention, 1, operations);
        Assert.Equal(
            operations / (1e12 * report.GetProperty("peak_tops").GetDouble()) / (row.GetProperty("ms").GetDouble() / 1000), row.GetProperty("peak_share").GetDouble(), 1e-9);
        Assert.Equal(48 / (row.GetProperty("ms").GetDouble() / 1000), row.GetProperty("tokens_per_second").GetDouble(), 1e-6);
    }

    [Fact]
    public void A_table_is_for_people() => Assert.Contains(
        "roofline ms",
        CommandRun.Of("bench", "step", "--model", Tiny, "--slots", "2", "--repetitions", "1", "--context", "1", "--threads", "1").Output,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("--shape: expected one of smollm2-135m, qwen2.5-0.5b, qwen2.5-1.5b, qwen3-8b, found gpt2", "step", "--shape", "gpt2")]
    [InlineData("expected one of --shape and --model, found neither", "step")]
    [InlineData("expected one of --shape and --model, found neither", "train")]
    [InlineData("--precision: expected one of bf16, f32, found f16", "train", "--precision", "f16")]
    [InlineData("expected one of --shape and --model, found both", "decode", "--shape", "qwen3-8b", "--model", "x")]
    [InlineData("--slots: expected whole numbers of at least 1, separated by commas, found 1,0", "step", "--slots", "1,0")]
    [InlineData("--slots: expected 1 or K + K² rows for --layout tidar, such as 20, 72 or 272, found 21", "step", "--slots", "20,21", "--layout", "tidar")]
    [InlineData("--logits: expected at most 4, the number of slots, found 5", "step", "--slots", "4", "--logits", "5")]
    [InlineData("expected at most 8192 tokens (the model's context), found 9000", "prefill", "--shape", "smollm2-135m", "--tokens", "9000")]
    [InlineData("expected at most 8192 tokens (the model's context), found 8200", "step", "--shape", "smollm2-135m", "--slots", "8", "--context", "8192")]
    [InlineData("bench: expected a command, found stpe", "stpe")]
    public void A_mistake_is_one_line(string part, params string[] args) =>
        Assert.Contains(part, CommandRun.Of(["bench", .. args]).Mistake(), StringComparison.Ordinal);

    private static JsonElement Run(params string[] args) => CommandRun.Of(["bench", .. args, "--json"]).Json().Single();

    private static void CheckRow(JsonElement row)
    {
        foreach (string name in new[] { "ms", "best_ms", "bytes", "operations", "roofline_ms", "roofline_share", "best_roofline_share" })
            Assert.True(row.GetProperty(name).GetDouble() > 0, name);
        Assert.True(row.GetProperty("best_ms").GetDouble() <= row.GetProperty("ms").GetDouble());
        Assert.Contains(row.GetProperty("bound").GetString(), new[] { "memory", "arithmetic" });
    }
}
