using System.Text.Json;
using Tidar.Models.Chat;

namespace Tidar.Models.Tests.Chat;

public sealed class ChatFormatTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tidar-chat").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private static JsonElement Messages()
    {
        using JsonDocument document = JsonDocument.Parse("""[{"role":"user","content":"hi"}]""");
        return document.RootElement.Clone();
    }

    private string Render(bool tools = false) =>
        ChatFormat.LoadFolder(_folder)!.Render(Messages(), tools ? Messages() : null);

    [Fact]
    public void A_folder_without_a_template_has_no_format()
    {
        Assert.Null(ChatFormat.LoadFolder(_folder));
        Write("tokenizer_config.json", """{"bos_token": "<s>"}""");
        Assert.Null(ChatFormat.LoadFolder(_folder));
    }

    [Fact]
    public void The_template_of_tokenizer_config_sees_special_tokens_written_either_way()
    {
        Write("tokenizer_config.json", """
            {"chat_template": "{{ bos_token }}{{ messages[0].content }}{{ eos_token }}{{ pad_token is defined }}{{ additional_special_tokens }}{{ image_token }}",
             "bos_token": "<s>", "eos_token": {"content": "</s>", "lstrip": false}, "pad_token": null,
             "additional_special_tokens": ["<a>", {"content": "<b>"}], "extra_special_tokens": {"image_token": "<img>"}}
            """);
        Assert.Equal("<s>hi</s>False['<a>', '<b>']<img>", Render());
    }

    [Fact]
    public void Special_tokens_map_fills_in_what_tokenizer_config_lacks()
    {
        Write("special_tokens_map.json", """{"bos_token": "old", "eos_token": "</s>"}""");
        Write("tokenizer_config.json", """{"chat_template": "{{ bos_token }}{{ eos_token }}", "bos_token": "new"}""");
        Assert.Equal("new</s>", Render());
    }

    [Fact]
    public void Of_several_templates_the_one_for_tools_is_taken_when_there_are_tools()
    {
        Write("tokenizer_config.json", """{"chat_template": [{"name": "default", "template": "plain"}, {"name": "tool_use", "template": "tools"}]}""");
        Assert.Equal(("plain", "tools"), (Render(), Render(tools: true)));
    }

    [Fact]
    public void Several_templates_without_a_default_are_a_mistake_of_the_folder()
    {
        Write("tokenizer_config.json", """{"chat_template": [{"name": "a", "template": "x"}, {"name": "b", "template": "y"}]}""");
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => Render());
        Assert.Contains("expected a template named 'default', found a, b", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_file_wins_over_tokenizer_config_and_may_have_named_companions()
    {
        Write("tokenizer_config.json", """{"chat_template": "old", "bos_token": "<s>"}""");
        Write("chat_template.jinja", "{{ bos_token }}file");
        Write("additional_chat_templates/tool_use.jinja", "companion");
        Assert.Equal(("<s>file", "companion"), (Render(), Render(tools: true)));
    }

    [Fact]
    public void A_processors_template_file_is_the_last_resort()
    {
        Write("chat_template.json", """{"chat_template": "processor"}""");
        Assert.Equal("processor", Render());
    }

    [Fact]
    public void What_the_caller_passes_wins_over_special_tokens()
    {
        Write("tokenizer_config.json", """{"chat_template": "{{ bos_token }}", "bos_token": "<s>"}""");
        Assert.Equal("<x>", ChatFormat.LoadFolder(_folder)!.Render(Messages(), extra: new Dictionary<string, object?> { ["bos_token"] = "<x>" }));
    }

    [Theory]
    [InlineData("tokenizer_config.json", """{"chat_template": "a\n{% if %}"}""", "chat_template, line 2: expected a valid chat template, found Expected an expression, got 'end of statement block'")]
    [InlineData("tokenizer_config.json", """{"chat_template": 5}""", "chat_template: expected a text or a list of named templates, found")]
    [InlineData("tokenizer_config.json", """{"chat_template": [{"name": "default"}]}""", "chat_template.template: expected a string, found nothing")]
    [InlineData("tokenizer_config.json", """{"chat_template": ["x"]}""", "chat_template: expected an object, found")]
    [InlineData("tokenizer_config.json", """{"chat_template": "x", "bos_token": 5}""", "bos_token: expected a text, or an object with a text 'content', found")]
    [InlineData("tokenizer_config.json", "{", "expected valid JSON")]
    [InlineData("chat_template.jinja", "{{ (1 }}", "expected a valid chat template, found unexpected '}', expected ')'")]
    public void A_mistake_in_a_file_is_one_line_that_names_file_and_place(string file, string text, string message)
    {
        Write(file, text);
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => ChatFormat.LoadFolder(_folder));
        Assert.StartsWith(Path.Combine(_folder, file), error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
