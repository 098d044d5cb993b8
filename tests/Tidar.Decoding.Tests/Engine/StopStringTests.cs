using Tidar.Decoding.Engine;
using Tidar.Decoding.Sampling;
using Tidar.Decoding.Sequences;
using Tidar.Models;
using Tidar.Models.Tokenization;

namespace Tidar.Decoding.Tests.Engine;

/// <summary>Texts, and stop strings that lie across the borders of accepted blocks.</summary>
public sealed class StopStringTests
{
    private const int V = 14;
    private const int Eos = V - 2;

    private static readonly Tokenizer Letters = CharacterTokenizer.Create(V);

    private static readonly SamplingOptions Endless = new() { LogitBias = new Dictionary<int, float> { [Eos] = -100 } };

    public static TheoryData<string> Modes => ["ar", "fused", "two-pass", "sparse", "draft-model", "prompt-lookup"];

    [Theory]
    [MemberData(nameof(Modes))]
    public void The_text_ends_before_a_stop_string_and_the_ids_with_the_token_that_completes_it(string mode)
    {
        Random random = new(3);
        for (int round = 0; round < 120; round++)
        {
            TextGenerator generator = Generator(round);
            GenerationOptions options = Mode(mode) with { Sampling = Endless with { Temperature = 1, Seed = round } };
            GenerationResult free = generator.Generate("abc", options with { Strategy = StrategyKind.Autoregressive, Mode = TidarMode.Auto, Outcomes = null });
            int start = random.Next(free.Text!.Length - 1);
            string stop = free.Text.Substring(start, Math.Min(free.Text.Length - start, 1 + random.Next(5)));
            GenerationResult result = generator.Generate("abc", options with { Stop = ["never this one", stop] });
            int first = free.Text.IndexOf(stop, StringComparison.Ordinal);
            Assert.Equal(FinishReason.Stop, result.Finish);
            Assert.Equal(free.Text[..first], result.Text);
            Assert.Equal(free.Ids.Take(first + stop.Length), result.Ids);
        }
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Streamed_pieces_never_show_what_a_stop_string_takes_away(string mode)
    {
        for (int round = 0; round < 40; round++)
        {
            TextGenerator generator = Generator(round);
            GenerationOptions options = Mode(mode) with { Sampling = Endless };
            string text = generator.Generate("a", options).Text!;
            string stop = text.Substring(text.Length / 2, 2);
            GenerationUpdate[] updates = [.. generator.Stream("a", options with { Stop = [stop] })];
            Assert.Equal(updates[^1].Result!.Text, string.Concat(updates.Select(u => u.Text)));
            Assert.Equal(text[..text.IndexOf(stop, StringComparison.Ordinal)], updates[^1].Result!.Text);
        }
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void The_text_has_no_special_tokens_and_the_ids_have_the_end_token(string mode)
    {
        int ended = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            GenerationResult result = Generator(seed).Generate("ab", Mode(mode));
            Assert.DoesNotContain('<', result.Text!);
            bool eos = result.Finish == FinishReason.Eos;
            ended += eos ? 1 : 0;
            Assert.Equal(result.Ids.Count - (eos ? 1 : 0), result.Text!.Length);
        }

        Assert.True(ended > 10, $"only {ended} texts ended by themselves");
    }

    [Fact]
    public void Text_that_spells_the_mask_token_is_refused()
    {
        TextGenerator generator = new(FormulaModel.Hashed(V, 1), Letters);
        Assert.Contains("mask token", Assert.Throws<InvalidInputException>(() => generator.Generate("ab<mask>c")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_needs_a_tokenizer()
    {
        TextGenerator generator = new(FormulaModel.Hashed(V, 1));
        Assert.Contains("tokenizer", Assert.Throws<InvalidInputException>(() => generator.Generate("ab")).Message, StringComparison.Ordinal);
    }

    private static TextGenerator Generator(int seed)
    {
        FormulaModel model = FormulaModel.Hashed(V, seed, eos: Eos);
        return new TextGenerator(model, Letters, draft: new DraftModel(model.Disturbed(seed), Letters));
    }

    private static GenerationOptions Mode(string mode) => mode is "ar" or "draft-model" or "prompt-lookup"
        ? new() { Strategy = DecodingNames.ParseStrategy(mode), MaxTokens = 60 }
        : new() { Strategy = StrategyKind.Tidar, Mode = DecodingNames.ParseMode(mode), Outcomes = mode == "sparse" ? [2, 5] : null, MaxTokens = 60 };
}
