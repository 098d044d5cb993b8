using System.Text.Json;
using Tidar.Models;
using Tidar.Models.Chat;
using Tidar.Models.Tokenization;
using Tidar.Tests;
using Tidar.Training.Data;
using Tidar.Training.Data.Synthetic;
using Tidar.Training.Losses;
using Tidar.Training.Recipes;
using Tidar.Training.Tokenization;

namespace Tidar.Training.Tests;

public sealed class DataTests : IDisposable
{
    private const int End = 28;
    private const int Mask = 29;

    private readonly TemporaryFolder _folder = new();
    private readonly Tokenizer _tokenizer = Tokenizer.FromJson(
        CharacterTokenizer.Create(["abcdefghijklmnopqrstuvwxyz <"], ["<end>", "<mask>"]), "characters");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_character_vocabulary_has_one_token_a_character_and_its_special_tokens_last()
    {
        Assert.Equal(30, _tokenizer.VocabularySize);
        Assert.True(_tokenizer.TryGetId("<end>", out int end) && end == End);
        Assert.True(_tokenizer.TryGetId("<mask>", out int mask) && mask == Mask);
        Assert.Equal("a cat", _tokenizer.Decode(_tokenizer.Encode("a cat")));
    }

    [Fact]
    public void Prompts_are_read_and_completions_are_targets_and_the_end_token_closes_a_document()
    {
        DocumentEncoder encoder = new(_tokenizer, End, Mask, "recipe");
        (int[] tokens, bool[] labelled) = encoder.Encode([new TextSegment("ab", IsTarget: false), new TextSegment("c", IsTarget: true)]);
        Assert.Equal([.. _tokenizer.Encode("abc"), End], tokens);
        Assert.Equal([false, false, true, true], labelled);
    }

    [Fact]
    public void The_mask_token_in_text_is_plain_text_and_as_a_special_token_it_is_refused()
    {
        DocumentEncoder encoder = new(_tokenizer, End, Mask, "recipe");
        Assert.DoesNotContain(Mask, encoder.Encode([new TextSegment("a <mask>", IsTarget: true)]).Tokens);
        Assert.Throws<InvalidInputException>(() => encoder.Encode([new TextSegment("a <mask>", IsTarget: true, HasSpecialTokens: true)]));
    }

    [Fact]
    public void Packing_keeps_every_token_in_order_fills_rows_with_whole_documents_and_can_go_on_anywhere()
    {
        Recipe recipe = ReadRecipe();
        List<List<TokenSequence>> rows = [];
        List<DataPosition> positions = [];
        using (DocumentStream stream = DocumentStream.Open(recipe, CorpusSplit.Train))
        {
            RowPacker packer = Packer(stream);
            for (int i = 0; i < 60; i++)
            {
                positions.Add(packer.Position);
                rows.Add(packer.Next());
            }
        }

        Assert.All(rows, row => Assert.InRange(row.Sum(d => d.Tokens.Length), 1, 16));
        using DocumentStream plain = DocumentStream.Open(recipe, CorpusSplit.Train);
        DocumentEncoder encoder = new(_tokenizer, End, Mask, "recipe");
        int[] packed = [.. rows.SelectMany(r => r).SelectMany(d => d.Tokens)];
        List<int> drawn = [];
        while (drawn.Count < packed.Length)
            drawn.AddRange(encoder.Encode(plain.Next()).Tokens);
        Assert.Equal(drawn[..packed.Length], packed);

        // A short document is never cut: pieces that do not end a document are full rows.
        Assert.All(rows.SelectMany(r => r).Where(d => d.Tokens[^1] != End), piece => Assert.InRange(piece.Tokens.Length, 1, 16));
        foreach (int at in new[] { 1, 17, 42 })
        {
            using DocumentStream stream = DocumentStream.Open(recipe, CorpusSplit.Train);
            RowPacker packer = Packer(stream);
            packer.MoveTo(positions[at]);
            for (int i = at; i < 60; i++)
                Assert.Equal(rows[i].Select(d => d.Tokens), packer.Next().Select(d => d.Tokens));
        }
    }

    [Fact]
    public void Held_out_documents_are_never_trained_on()
    {
        Recipe recipe = ReadRecipe();
        using DocumentStream train = DocumentStream.Open(recipe, CorpusSplit.Train), heldOut = DocumentStream.Open(recipe, CorpusSplit.HeldOut);
        HashSet<string> seen = [.. Draw(train)], kept = [.. Draw(heldOut)];
        Assert.Empty(seen.Intersect(kept));
        Assert.NotEmpty(kept);
        Assert.Equal(60, seen.Count + kept.Count);
        static IEnumerable<string> Draw(DocumentStream stream) => Enumerable.Range(0, 400).Select(_ => stream.Next()[^1].Text);
    }

    [Fact]
    public void Runs_with_different_seeds_are_measured_on_the_same_documents()
    {
        Recipe recipe = ReadRecipe();
        Assert.Equal(Draw(recipe, CorpusSplit.HeldOut), Draw(recipe with { Seed = recipe.Seed + 1 }, CorpusSplit.HeldOut));
        Assert.NotEqual(Draw(recipe, CorpusSplit.Train), Draw(recipe with { Seed = recipe.Seed + 1 }, CorpusSplit.Train));

        static string[] Draw(Recipe recipe, CorpusSplit split)
        {
            using DocumentStream stream = DocumentStream.Open(recipe, split);
            return [.. Enumerable.Range(0, 30).Select(_ => stream.Next()[^1].Text)];
        }
    }

    [Theory]
    [InlineData("{\"completion\":\"a\"}", "line 1: expected text, or prompt and completion")]
    [InlineData("{\"text\":\"a\"}\n{\"prompt\":\"a\"}", "line 2: completion: expected a string")]
    [InlineData("{\"text\":\"a\"}\n \n{\"text\":\"b\"}", "line 2: expected a JSON object, found an empty line")]
    [InlineData("{\"text\":\"\"}", "line 1: text: expected some text, found an empty string")]
    [InlineData("{\"text\":3}", "line 1: text: expected a string")]
    [InlineData("[1]", "line 1: expected a JSON object")]
    [InlineData("{\"text\"", "line 1")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}", "chat template")]
    [InlineData(" \n\n", "lines of JSON")]
    public void A_wrong_line_is_named(string line, string message)
    {
        string path = _folder.Write("lines.jsonl", line);
        InvalidInputException error = Assert.Throws<InvalidInputException>(() =>
        {
            using JsonLinesFile file = new(path, trainOnPrompts: false, () => null);
            file.Read(file.Count - 1);
        });
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_conversation_the_assistants_words_are_targets()
    {
        ChatTemplate template = ChatTemplate.Parse(
            "{% for m in messages %}[{{ m.role }}]{{ m.content }}<end>\n{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}");
        ChatFormat format = new("test", new Dictionary<string, ChatTemplate> { [ChatFormat.DefaultName] = template }, new Dictionary<string, object?>());
        List<TextSegment> segments = Cut(
            """
            [{"role":"user","content":"a"},{"role":"assistant","content":"b"},
             {"role":"user","content":"c"},{"role":"assistant","content":"d"}]
            """);
        Assert.Equal(["[user]a<end>\n[assistant]", "b<end>\n", "[user]c<end>\n[assistant]", "d<end>"], segments.Select(s => s.Text));
        Assert.Equal([false, true, false, true], segments.Select(s => s.IsTarget));
        Assert.Throws<InvalidInputException>(() => Cut("""[{"role":"user","content":"a"}]"""));
        Assert.Throws<InvalidInputException>(() => Cut("[3]"));

        List<TextSegment> Cut(string json)
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return Conversation.Cut(document.RootElement, format, trainOnPrompts: false, "line");
        }
    }

    [Fact]
    public void Random_masks_have_their_rate_and_are_decided_by_the_seed()
    {
        RandomMasking masking = MaskSampler.Draw(80_000, 8, 3);
        Assert.Equal(masking.Visible, MaskSampler.Draw(80_000, 8, 3).Visible);
        Assert.All(masking.Rates, t => Assert.InRange(t, double.Epsilon, 1));
        Assert.Equal(0.5, masking.Rates.Average(), 0.02);

        // Masked tokens weighted by 1/t count every token once on average.
        double weight = Enumerable.Range(0, 80_000).Where(p => !masking.Visible[p] && masking.Rates[p / 8] > 0.05).Sum(p => 1 / masking.Rates[p / 8]);
        Assert.Equal(0.95, weight / 80_000, 0.02);
    }

    private RowPacker Packer(DocumentStream stream) => new(stream, new DocumentEncoder(_tokenizer, End, Mask, "recipe"), 16);

    private Recipe ReadRecipe()
    {
        _folder.Write("words.txt", string.Join('|', Enumerable.Range(0, 60).Select(i => new string((char)('a' + (i % 26)), 1 + i))));
        return RecipeReader.Read(_folder.Write("recipe.yaml", """
            output: out
            model: { architecture: llama, hidden_size: 16, intermediate_size: 16, num_hidden_layers: 1, num_attention_heads: 1 }
            tokenizer: { characters: true }
            data: [ { text: words.txt, separator: '|', held_out: 0.2 } ]
            batch: { row_tokens: 16, rows_per_step: 1 }
            optimizer: { learning_rate: 0.001 }
            steps: 1
            """));
    }
}
