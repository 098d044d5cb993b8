using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tidar.Models.Chat;

namespace Tidar.Models.Tests.Chat;

public sealed class ChatTemplateTests
{
    private static string Render(string source, params (string Name, object? Value)[] variables) =>
        ChatTemplate.Parse(source).Render(variables.ToDictionary(v => v.Name, v => v.Value));

    private static JsonElement Json(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    [Fact]
    public void Json_keeps_the_order_of_keys_and_tells_integers_of_any_size_from_floats()
    {
        JsonElement value = Json("""{"b": 1, "a": 1.0, "c": 1e2, "d": 12345678901234567890, "e": -0, "f": [true, null, "x"], "b2": {"z": 0.1}}""");
        Assert.Equal(
            "{'b': 1, 'a': 1.0, 'c': 100.0, 'd': 12345678901234567890, 'e': 0, 'f': [True, None, 'x'], 'b2': {'z': 0.1}}",
            Render("{{ v }}", ("v", value)));
        Assert.Equal("12345678901234567891", Render("{{ v.d + 1 }}", ("v", value)));
    }

    [Fact]
    public void A_json_key_written_twice_has_its_last_value_at_its_first_place() =>
        Assert.Equal("{'a': 3, 'b': 2}", Render("{{ v }}", ("v", Json("""{"a": 1, "b": 2, "a": 3}"""))));

    [Fact]
    public void Variables_may_be_plain_values_lists_dictionaries_and_json_nodes()
    {
        Assert.Equal("7 7 2.5 True None x", Render("{{ a }} {{ b }} {{ c }} {{ d }} {{ e }} {{ f }}",
            ("a", 7), ("b", 7L), ("c", 2.5f), ("d", true), ("e", null), ("f", "x")));
        Assert.Equal("18446744073709551616", Render("{{ a }}", ("a", BigInteger.Pow(2, 64))));
        Assert.Equal("['a', 1] {'k': [1]}", Render("{{ l }} {{ d }}",
            ("l", new object?[] { "a", 1 }), ("d", new Dictionary<string, object?> { ["k"] = new List<int> { 1 } })));
        Assert.Equal("{'k': 1}", Render("{{ n }}", ("n", JsonNode.Parse("""{"k": 1}"""))));
    }

    [Fact]
    public void A_value_that_holds_itself_prints_as_in_python() => Assert.Equal(
        "<Namespace {'x': [<Namespace {...}>]}> [<Namespace {'x': [...]}>]",
        Render("{% set ns = namespace() %}{% set ns.x = [ns] %}{{ ns }} {{ ns.x }}"));

    [Fact]
    public void A_variable_of_a_foreign_type_is_refused() =>
        Assert.Equal(TemplateErrorKind.Type, Assert.Throws<TemplateException>(() => Render("{{ x }}", ("x", new Uri("http://a.b")))).Kind);

    [Fact]
    public void A_conversation_defines_the_variables_of_apply_chat_template_and_no_others()
    {
        ChatTemplate template = ChatTemplate.Parse(
            "{{ messages[0].role }} {{ tools }} {{ documents }} {{ add_generation_prompt }} {{ bos_token }} {{ eos_token is defined }}");
        Dictionary<string, object?> extra = new() { ["bos_token"] = "<s>" };
        Assert.Equal("user None None False <s> False", template.RenderChat(Json("""[{"role":"user"}]"""), null, false, extra));
    }

    [Fact]
    public void What_raise_exception_says_reaches_the_caller_word_for_word()
    {
        TemplateException error = Assert.Throws<TemplateException>(() => Render("a\n{{ raise_exception('roles must alternate: ' ~ x) }}", ("x", 3)));
        Assert.Equal((TemplateErrorKind.Raised, "roles must alternate: 3", 2), (error.Kind, error.Message, error.Line));
    }

    [Theory]
    [InlineData("a\n\n{% if x %}\n", 3, "Unexpected end of template. Jinja was looking for the following tags: 'elif' or 'else' or 'endif'. The innermost block that needs to be closed is 'if'.")]
    [InlineData("{{ 1 }}\n{{ x | nofilter }}", 2, "No filter named 'nofilter'.")]
    [InlineData("{# a\n#}\n{{ ? }}", 3, "unexpected char '?' at 11")]
    public void A_syntax_error_names_its_line(string source, int line, string message)
    {
        TemplateException error = Assert.Throws<TemplateException>(() => ChatTemplate.Parse(source));
        Assert.Equal((TemplateErrorKind.Syntax, message), (error.Kind, error.Message));
        // The end of a template lies after its last newline, which does not count.
        Assert.InRange(error.Line, line, line);
    }

    [Fact]
    public void An_error_at_rendering_names_the_line_it_happened_at()
    {
        TemplateException error = Assert.Throws<TemplateException>(() => Render("a\n{% for i in [1] %}\n{{ i.x.y }}\n{% endfor %}"));
        Assert.Equal((TemplateErrorKind.Undefined, "'int object' has no attribute 'x'", 3), (error.Kind, error.Message, error.Line));
        Assert.Equal("m.json: chat_template, line 3: expected messages that the chat template can render, found 'int object' has no attribute 'x'",
            error.ToInvalidInput("m.json").Message);
    }

    [Theory]
    [InlineData("{{ ''.__class__.__mro__ }}", TemplateErrorKind.Security)]
    [InlineData("{{ raise_exception.__globals__['os'] }}", TemplateErrorKind.Security)]
    [InlineData("{{ messages.append(1) }}", TemplateErrorKind.Security)]
    [InlineData("{{ {}.update(a=1) }}", TemplateErrorKind.Security)]
    [InlineData("{{ ('{0.__class__.__base__}').format(1) }}", TemplateErrorKind.Security)]
    [InlineData("{{ namespace.__init__.__globals__ }}", TemplateErrorKind.Security)]
    public void The_sandbox_shows_neither_the_inside_of_objects_nor_ways_to_change_the_messages(string source, TemplateErrorKind kind) =>
        Assert.Equal(kind, Assert.Throws<TemplateException>(() => Render(source, ("messages", new List<object?>()))).Kind);

    [Fact]
    public void One_template_renders_on_many_threads_at_once()
    {
        ChatTemplate template = ChatTemplate.Parse(
            "{% macro m(x) %}{% set y = x * 2 %}{{ y }}{% endmacro %}{% set ns = namespace(s=0) %}{% for i in range(n) %}{% set ns.s = ns.s + i %}{{ m(i) }},{% endfor %}{{ ns.s }}");
        string Expected(int n) => string.Concat(Enumerable.Range(0, n).Select(i => $"{i * 2},")) + (n * (n - 1) / 2).ToString(CultureInfo.InvariantCulture);
        Parallel.For(0, 64, i => Assert.Equal(Expected(i), template.Render(new Dictionary<string, object?> { ["n"] = i })));
    }

    [Fact]
    public void Rendering_twice_gives_the_same_text_even_with_random_parts()
    {
        ChatTemplate template = ChatTemplate.Parse("{{ lipsum() }}{{ range(100) | random }}");
        Assert.Equal(template.Render(new Dictionary<string, object?>()), template.Render(new Dictionary<string, object?>()));
    }

    [Fact]
    public void The_clock_is_the_callers() => Assert.Equal(
        "29 Feb 2024",
        ChatTemplate.Parse("{{ strftime_now('%d %b %Y') }}").Render(new Dictionary<string, object?>(), new DateTime(2024, 2, 29, 0, 0, 0, DateTimeKind.Unspecified)));

    [Fact]
    public void A_text_that_is_not_valid_unicode_is_refused_in_json_and_survives_as_a_string()
    {
        Assert.Throws<TemplateException>(() => Render("{{ v }}", ("v", Json("\"\\ud800\""))));
        Assert.Equal("1 ['\\ud800']", Render("{{ v | length }} {{ [v] }}", ("v", "\ud800")));
    }
}
