using System.Globalization;
using System.Text.RegularExpressions;
using Tidar.Training.Data;
using Tidar.Training.Data.Synthetic;

namespace Tidar.Tests.Synthetic;

public sealed partial class DemoCorpusTests(ITestOutputHelper output)
{
    private const int Sample = 8000;

    public static TheoryData<DemoKind> Kinds => [.. Enum.GetValues<DemoKind>()];

    [Fact]
    public void A_seed_gives_the_same_documents_again_and_another_seed_gives_others()
    {
        TrainingDocument[] first = [.. DemoCorpus.Generate(7, CorpusSplit.Train).Take(500)];
        Assert.Equal(first, DemoCorpus.Generate(7, CorpusSplit.Train).Take(500));
        Assert.NotEqual(first, DemoCorpus.Generate(8, CorpusSplit.Train).Take(500));
    }

    [Fact]
    public void Draws_follow_the_published_generator()
    {
        // Reference outputs of SplitMix64 for seed 1234567.
        var random = new SplitMix64(1234567);
        Assert.Equal([6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL], [random.Next(), random.Next(), random.Next()]);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_prompt_always_has_the_same_completion_and_answer(DemoKind kind)
    {
        var seen = new Dictionary<string, DemoExample>();
        foreach (DemoExample example in DemoCorpus.Generate(kind, 1, CorpusSplit.Train).Take(4 * Sample))
        {
            if (!seen.TryAdd(example.Prompt, example))
                Assert.Equal(seen[example.Prompt], example);
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Held_out_prompts_never_occur_in_training(DemoKind kind)
    {
        HashSet<string> training = [.. DemoCorpus.Generate(kind, 1, CorpusSplit.Train).Take(4 * Sample).Select(e => Letters(e.Prompt))];
        Assert.DoesNotContain(DemoCorpus.Generate(kind, 2, CorpusSplit.HeldOut).Take(300), e => training.Contains(Letters(e.Prompt)));
    }

    [Theory]
    [InlineData(DemoKind.WordProblem, 0.99)]
    [InlineData(DemoKind.Story, 0.98)]
    [InlineData(DemoKind.Spelling, 0.6)]
    [InlineData(DemoKind.Code, 0.5)]
    [InlineData(DemoKind.Arithmetic, 0.6)]
    public void Prompts_are_many_and_completions_of_useful_length(DemoKind kind, double leastDistinct)
    {
        DemoExample[] examples = [.. DemoCorpus.Generate(kind, 3, CorpusSplit.Train).Take(Sample)];
        double distinct = examples.Select(e => e.Prompt).Distinct().Count() / (double)Sample;
        double average = examples.Average(e => e.Completion.Length);
        output.WriteLine($"{kind}: {distinct:P1} distinct of {Sample}, completion {average:F0} characters on average, "
            + $"{examples.Min(e => e.Completion.Length)} to {examples.Max(e => e.Completion.Length)}");
        Assert.True(distinct >= leastDistinct, $"{distinct:P1} distinct");
        Assert.InRange(average, kind == DemoKind.Arithmetic ? 30 : 60, 600);
        Assert.All(examples, e => Assert.InRange(e.Completion.Length, 20, 620));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Text_is_plain_ascii_without_unfilled_placeholders(DemoKind kind)
    {
        Assert.All(DemoCorpus.Generate(kind, 4, CorpusSplit.Train).Take(Sample), e =>
        {
            string text = e.Prompt + e.Completion;
            Assert.DoesNotContain(text, c => c is '$' or '@' || (c is < ' ' or > '~' && c != '\n'));
            Assert.StartsWith("\n", e.Completion);
            Assert.DoesNotContain("  of", text, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData(DemoKind.WordProblem)]
    [InlineData(DemoKind.Arithmetic)]
    public void Every_equation_is_true_and_the_checker_reads_the_answer_computed_from_the_problem(DemoKind kind)
    {
        Assert.All(DemoCorpus.Generate(kind, 5, CorpusSplit.Train).Take(Sample), e =>
        {
            MatchCollection equations = Equation().Matches(e.Completion);
            Assert.NotEmpty(equations);
            foreach (Match equation in equations)
            {
                int[] v = [.. new[] { "a", "b", "c" }.Select(i => int.Parse(equation.Groups[i].Value, CultureInfo.InvariantCulture))];
                int expected = equation.Groups["op"].Value switch { "+" => v[0] + v[1], "-" => v[0] - v[1], "x" => v[0] * v[1], _ => v[0] / v[1] };
                Assert.Equal(expected, v[2]);
                Assert.InRange(v[2], 1, 150);
            }

            Assert.Equal(e.Answer, equations[^1].Groups["c"].Value);
            Assert.True(WordProblemChecker.IsRight(e.Completion, e.Answer!));
        });
    }

    [Theory]
    [InlineData("Answer: 37 apples.", "37")]
    [InlineData("Answer: 5.\nAnswer: 007", "7")]
    [InlineData("Answer: apples 5", null)]
    [InlineData("It is 37.", null)]
    [InlineData("Answer: 99999999999999999999", null)]
    [InlineData("", null)]
    public void The_checker_takes_the_number_after_the_last_marker_only(string completion, string? expected)
    {
        Assert.Equal(expected, WordProblemChecker.Extract(completion));
    }

    [Fact]
    public void A_wrong_or_missing_answer_is_not_right()
    {
        Assert.False(WordProblemChecker.IsRight("Answer: 38 apples.", "37"));
        Assert.False(WordProblemChecker.IsRight("37 apples.", "37"));
        Assert.False(WordProblemChecker.IsRight("Answer: 370.", "37"));
    }

    [Fact]
    public void Spelling_answers_are_the_letters_of_a_word_of_the_list()
    {
        Assert.Equal(SpellingWords.All.Length, SpellingWords.All.Distinct().Count());
        Assert.All(SpellingWords.All, w => Assert.Matches("^[a-z]{2,9}$", w));
        foreach (DemoExample e in DemoCorpus.Generate(DemoKind.Spelling, 6, CorpusSplit.Train).Take(Sample))
        {
            string word = string.Concat(e.Completion.Split('\n')[1].Split(' ').Where(p => p.Trim(',', '.').Length == 1).Select(p => p[0]).Where(char.IsAsciiLetter));
            Assert.Contains(word, SpellingWords.All);
            Assert.Contains(e.Answer!, e.Completion.Split('\n')[^1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_committed_held_out_file_is_what_the_generators_write()
    {
        string path = Path.Combine(SharedData.RepositoryRoot, "recipes", "tidar-demo", "heldout.jsonl");
        var written = new StringWriter();
        DemoPrompts.WriteJsonLines(written, DemoPrompts.Standard());
        if (Environment.GetEnvironmentVariable("TIDAR_UPDATE_HELDOUT") == "1")
            File.WriteAllText(path, written.ToString());
        Assert.Equal(written.ToString(), File.ReadAllText(path).ReplaceLineEndings("\n"));
    }

    private static string Letters(string prompt) => string.Concat(prompt.Where(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '*' or '/')).ToLowerInvariant();

    [GeneratedRegex(@"(?<a>\d+) (?<op>[-+x/]) (?<b>\d+) = (?<c>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Equation();
}
