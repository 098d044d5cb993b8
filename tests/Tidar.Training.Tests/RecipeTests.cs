using Tidar.Models;
using Tidar.Tests;
using Tidar.Training.Losses;
using Tidar.Training.Recipes;

namespace Tidar.Training.Tests;

public sealed class RecipeTests : IDisposable
{
    private const string Small = """
        output: out
        model: { architecture: qwen2, hidden_size: 64, intermediate_size: 96, num_hidden_layers: 2, num_attention_heads: 4 }
        tokenizer: { vocab_size: 300 }
        data: [ { text: book.txt } ]
        batch: { row_tokens: 128, rows_per_step: 8 }
        optimizer: { learning_rate: 0.001 }
        steps: 1000
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_smallest_recipe_gets_the_documented_defaults()
    {
        Recipe recipe = RecipeReader.Read(_folder.Write("recipe.yaml", Small));
        Assert.Equal(_folder.File("out"), recipe.Output);
        Assert.Equal(_folder.File("book.txt"), recipe.Data[0].Location);
        Assert.Equal(16, recipe.Model!.HeadDimension);
        Assert.True(recipe.Model.QueryKeyValueBias);
        Assert.Equal((TrainingObjective.Tidar, 8, 1.0), (recipe.Objective, recipe.DraftLength, recipe.Alpha));
        Assert.Equal(1e-4, recipe.Schedule.Floor, 1e-12);
        Assert.Equal((100, 8), (recipe.Schedule.WarmupSteps, recipe.RowsPerPass));
        Assert.Contains(recipe.Settings, s => s is { Key: "optimizer.weight_decay", Value: "0.1" });
        Assert.DoesNotContain(recipe.Settings, s => s.Key.StartsWith("checkpoint", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("steps: 1000", "steps: many", "steps: expected a whole number")]
    [InlineData("steps: 1000", "steps: 0", "steps: expected a whole number from 1")]
    [InlineData("steps: 1000", "", "steps: expected a whole number")]
    [InlineData("steps: 1000", "steps: 1000\nstep: 2", "step: expected one of the keys")]
    [InlineData("steps: 1000", "steps: 1000\nsteps: 2", "line ")]
    [InlineData("learning_rate: 0.001", "learning_rate: .nan", "optimizer.learning_rate: expected a number")]
    [InlineData("learning_rate: 0.001", "learning_rate: 0.001, momentum: 1", "optimizer.momentum: expected one of the keys")]
    [InlineData("architecture: qwen2", "architecture: gpt", "model.architecture: expected llama or qwen2 or qwen3, found gpt")]
    [InlineData("hidden_size: 64", "hidden_size: 63", "model.hidden_size: expected a multiple of the 4 heads")]
    [InlineData("num_attention_heads: 4", "num_attention_heads: 4, num_key_value_heads: 3", "model.num_key_value_heads: expected a divisor")]
    [InlineData("{ text: book.txt }", "{ text: book.txt, jsonl: a }", "data[0].jsonl: expected one of text, jsonl and generator, found several")]
    [InlineData("{ text: book.txt }", "book.txt", "data[0]: expected keys and values, found book.txt")]
    [InlineData("[ { text: book.txt } ]", "book.txt", "data: expected a list of entries, found book.txt")]
    [InlineData("{ vocab_size: 300 }", "{ vocab_size: 300, end_token: a, mask_token: a }", "tokenizer.mask_token: expected another token")]
    [InlineData("output: out", "output: [a]", "output: expected a text, found a list")]
    [InlineData("output: out", "output: &a out\nname: *a", "values written out")]
    [InlineData("output: out", "output: [[[[[[[[[[[[[[[[[[[[[[[[a]]]]]]]]]]]]]]]]]]]]]]]]", "levels of nesting")]
    [InlineData("output: out", "output: 'out", "line ")]
    [InlineData("model: {", "init_from: x\nmodel: {", "model: expected either model or init_from, found both")]
    public void Whatever_is_wrong_is_named_in_one_line(string right, string wrong, string message)
    {
        string path = _folder.Write("recipe.yaml", Small.Replace(right, wrong, StringComparison.Ordinal));
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => RecipeReader.Read(path));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_file_that_is_no_recipe_is_refused()
    {
        Assert.Throws<InvalidInputException>(() => RecipeReader.Read(_folder.File("absent.yaml")));
        Assert.Throws<InvalidInputException>(() => RecipeReader.Read(_folder.Path));
        Assert.Throws<InvalidInputException>(() => RecipeReader.Read(_folder.Write("empty.yaml", "")));
        Assert.Throws<InvalidInputException>(() => RecipeReader.Read(_folder.Write("text.yaml", "only text")));
        Assert.Throws<InvalidInputException>(() => RecipeReader.Read(_folder.Write("deep.yaml", new string('[', 500_000))));
        Assert.Throws<InvalidInputException>(() => RecipeReader.Read(_folder.Write("binary.yaml", [0, 1, 2, 255, 254])));
    }
}
