using System.Text.Json;
using Tidar.Models.Tokenization;
using Tidar.Tests;

namespace Tidar.Models.Tests.Tokenization;

public sealed class MalformedTokenizerTests
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            if (SharedData.Folders("goldens", "models").First() == "(absent)")
                return new TheoryData<string, string> { { "(absent)", "load" } };
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedData.Path("goldens", "models", "bad", "cases.json")));
            var cases = new TheoryData<string, string>();
            foreach (JsonElement item in document.RootElement.EnumerateArray().Where(static i => i.Text("class") == "tokenizer"))
                cases.Add(item.Text("file"), item.Text("expect"));
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_malformed_file_is_refused_in_one_line_that_names_it(string file, string expect)
    {
        string path = SharedData.Path(["goldens", "models", "bad", .. file.Split('/')]);
        Tokenizer? tokenizer = null;
        try
        {
            tokenizer = Tokenizer.Load(path);
        }
        catch (InvalidInputException error)
        {
            Assert.NotEqual("load", expect);
            Assert.Contains(Path.GetFileName(path), error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }

        if (tokenizer is null)
            return;
        Assert.NotEqual("reject", expect);
        int[] ids = tokenizer.Encode("abcd a<|end|>");
        Assert.Equal(tokenizer.Decode(ids), tokenizer.Decode([-1, .. ids, tokenizer.VocabularySize, int.MaxValue]));
        Assert.NotNull(tokenizer.Decode([.. Enumerable.Range(0, Math.Min(100, tokenizer.VocabularySize))]));
        if (expect == "load")
            Assert.Equal([6, 8, 9], ids);
    }

    [Theory]
    [InlineData("""{"pre_tokenizer":{"type":"Split","pattern":{"Regex":"a"},"behavior":"Sideways","invert":false}}""", "pre_tokenizer.behavior")]
    [InlineData("""{"pre_tokenizer":{"type":"Metaspace","replacement":"","prepend_scheme":"first"}}""", "pre_tokenizer.replacement")]
    [InlineData("""{"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"UnicodeScripts"}]}}""", "pre_tokenizer.pretokenizers[0].type")]
    [InlineData("""{"normalizer":{"type":"Precompiled","precompiled_charsmap":""}}""", "normalizer.type")]
    [InlineData("""{"decoder":{"type":"WordPiece"}}""", "decoder.type")]
    [InlineData("""{"decoder":{"type":"Strip","content":" ","start":-1,"stop":0}}""", "decoder.start")]
    [InlineData("""{"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>"}}],"special_tokens":{}}}""", "post_processor.special_tokens.<s>")]
    [InlineData("""{"version":"2.0"}""", "version")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}}""", "model.vocab")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[["a",1]]}}""", "model.merges[0]")]
    public void An_unknown_or_contradictory_part_is_refused_by_its_name(string part, string field)
    {
        using JsonDocument document = JsonDocument.Parse(part);
        string json = document.RootElement.TryGetProperty("model", out _) ? part : part[..^1] + ""","model":{"type":"BPE","vocab":{"a":0},"merges":[]}}""";
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => Tokenizer.FromJson(System.Text.Encoding.UTF8.GetBytes(json), "t.json"));
        Assert.StartsWith($"t.json: {field}: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_regular_expression_that_explodes_ends_in_an_error_instead_of_a_hang()
    {
        string json = """{"pre_tokenizer":{"type":"Split","pattern":{"Regex":"(?:a+)+b"},"behavior":"Isolated","invert":false},"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}""";
        Tokenizer tokenizer = Tokenizer.FromJson(System.Text.Encoding.UTF8.GetBytes(json), "t.json");
        Assert.Equal([0, 0], tokenizer.Encode("aa"));
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => tokenizer.Encode(new string('a', 60)));
        Assert.Contains("regular expression", error.Message, StringComparison.Ordinal);
        Assert.Equal([0, 0], tokenizer.Encode("aa"));
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains("nowhere", Assert.Throws<InvalidInputException>(() => Tokenizer.Load("nowhere/tokenizer.json")).Message, StringComparison.Ordinal);
}
