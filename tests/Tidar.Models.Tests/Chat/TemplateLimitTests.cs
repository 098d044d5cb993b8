using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Tidar.Models.Chat;

namespace Tidar.Models.Tests.Chat;

/// <summary>No template may hang the process, exhaust its memory or overflow its stack.</summary>
public sealed class TemplateLimitTests
{
    private static readonly Dictionary<string, object?> NoVariables = [];

    [Theory]
    // Loops and calls without end.
    [InlineData("{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}")]
    [InlineData("{% for i in range(99999) %}{% for j in range(99999) %}{% set x = [i, j, 'a' ~ i] %}{% endfor %}{% endfor %}")]
    [InlineData("{% macro m(a) %}{{ a }}{% endmacro %}{% for i in range(99999) %}{% for j in range(99) %}{{ m(i) }}{% endfor %}{% endfor %}")]
    [InlineData("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}")]
    [InlineData("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}")]
    [InlineData("{% block a %}{{ self.a() }}{% endblock %}")]
    [InlineData("{% macro m() %}{{ caller() }}{% endmacro %}{% macro r() %}{% call m() %}{{ r() }}{% endcall %}{% endmacro %}{{ r() }}")]
    // Large texts, lists and numbers.
    [InlineData("{{ 'a' * 10000000000 }}")]
    [InlineData("{{ [0] * 10000000000 }}")]
    [InlineData("{% set ns = namespace(s='x') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}")]
    [InlineData("{% set ns = namespace(l=[0]) %}{% for i in range(64) %}{% set ns.l = ns.l + ns.l %}{% endfor %}")]
    [InlineData("{% set s = 'a' * 8000000 %}{{ ([s] * 100000) | join | length }}")]
    [InlineData("{% set s = 'a' * 8000000 %}{{ [s] * 100000 }}")]
    [InlineData("{% set s = 'a' * 8000000 %}{% for i in range(99999) %}{{ s | upper | length }}{% endfor %}")]
    [InlineData("{% for i in range(10000) %}{{ dict.fromkeys(range(100000)) | length }}{% endfor %}")]
    [InlineData("{{ ('a' * 4000000) | replace('', 'bbbbbb') | length }}")]
    [InlineData("{{ 2 ** 100000 }}")]
    [InlineData("{{ 9 ** 9 ** 9 ** 9 }}")]
    [InlineData("{{ 2 ** 10000000000000000000000 }}")]
    [InlineData("{{ ('9' * 5000000) | int }}")]
    // Widths and precisions.
    [InlineData("{{ 'a' | center(10000000000) }}")]
    [InlineData("{{ '%10000000000d' % 1 }}")]
    [InlineData("{{ '%*d' % (100000000, 1) }}")]
    [InlineData("{{ '%.100000000f' % 1.5 }}")]
    [InlineData("{{ '{:100000000}'.format(1) }}")]
    [InlineData("{{ '{:0100000000,}'.format(1) }}")]
    [InlineData("{{ 'x'.ljust(10000000000) }}")]
    [InlineData("{{ '\t'.expandtabs(100000000) }}")]
    [InlineData("{{ 'a' | indent(10000000000, true) }}")]
    [InlineData("{{ {'a': 1} | tojson(indent=100000000) }}")]
    [InlineData("{{ [1] | batch(100000000, 0) | list }}")]
    [InlineData("{{ [1] | slice(100000000) | list }}")]
    [InlineData("{{ lipsum(100000000) }}")]
    [InlineData("{{ strftime_now('%99999999Y') }}")]
    // Values nested without end, and values whose parts are shared so often that walking them never ends.
    [InlineData("{% set ns = namespace(x=[]) %}{% for i in range(99999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}")]
    [InlineData("{% set ns = namespace(x=[]) %}{% for i in range(99999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x | tojson }}")]
    [InlineData("{% set ns = namespace(x=()) %}{% for i in range(99999) %}{% set ns.x = (ns.x,) %}{% endfor %}{{ {ns.x: 1} }}")]
    [InlineData("{% set ns = namespace(x=(), y=()) %}{% for i in range(64) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ {ns.x: 1} }}")]
    [InlineData("{% set ns = namespace(x=[], y=[]) %}{% for i in range(64) %}{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for i in range(99999) %}{% set ns.x = ns.x | map('int') %}{% endfor %}{{ ns.x | list }}")]
    public void A_template_that_asks_for_too_much_fails_soon_and_within_bounds(string source)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Stopwatch clock = Stopwatch.StartNew();
        Assert.Throws<TemplateException>(() => ChatTemplate.Parse(source).Render(NoVariables));
        // Generous: the limits count steps, and a test machine may be busy.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(15), $"{clock.Elapsed}");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1L << 30);
    }

    [Theory]
    [InlineData("{{ ", "(", "1", ")", " }}")]
    [InlineData("{{ ", "[", "1", "]", " }}")]
    [InlineData("{{ ", "f(", "1", ")", " }}")]
    [InlineData("{{ ", "{1:", "1", "}", " }}")]
    [InlineData("{{ ", "not ", "1", "", " }}")]
    [InlineData("{{ ", "-", "1", "", " }}")]
    [InlineData("{{ ", "1 if 0 else ", "1", "", " }}")]
    [InlineData("{{ 1", "", "", " + 1", " }}")]
    [InlineData("{{ x", "", "", " | upper", " }}")]
    [InlineData("{{ x", "", "", ".a", " }}")]
    [InlineData("{{ x", "", "", "[0]", " }}")]
    [InlineData("{{ x", "", "", "()", " }}")]
    [InlineData("{{ 1", "", "", " and 1", " }}")]
    [InlineData("{{ 1", "", "", " ~ 1", " }}")]
    [InlineData("{{ 1", "", "", " == 1", " }}")]
    [InlineData("", "{% if 1 %}", "", "{% endif %}", "")]
    [InlineData("", "{% for x in [1] %}", "", "{% endfor %}", "")]
    [InlineData("", "{% macro m() %}", "", "{% endmacro %}", "")]
    [InlineData("", "{% filter upper %}", "", "{% endfilter %}", "")]
    public void Nesting_of_any_depth_parses_or_fails_even_on_a_small_stack(string start, string open, string middle, string close, string end)
    {
        Exception? crash = null;
        void Run()
        {
            foreach (int depth in (int[])[10, 90, 450, 20_000])
            {
                string source = start + Repeat(open, depth) + middle + Repeat(close, depth) + end;
                try
                {
                    ChatTemplate.Parse(source).Render(NoVariables);
                }
                catch (TemplateException)
                {
                    // As good as a text: the point is that the thread survives.
                }
                catch (Exception e)
                {
                    crash = e;
                }
            }
        }

        const int SmallStack = 384 << 10;
        Thread thread = new(Run, SmallStack);
        thread.Start();
        thread.Join();
        Assert.Null(crash);
    }

    [Fact]
    public void Calls_nest_as_deep_as_in_the_reference_and_deep_expressions_inside_them_cannot_overflow()
    {
        string Recursion(int depth, string inner) =>
            "{% macro f(n) %}{% if n > 0 %}" + inner + "{% endif %}{% endmacro %}{{ f(" + depth + ") }}";
        Assert.Equal("", ChatTemplate.Parse(Recursion(150, "{{ f(n - 1) }}")).Render(NoVariables));
        string chain = "{{ f(n - 1)" + Repeat(" | string", 400) + " }}";
        Exception? crash = null;
        Thread thread = new(() => crash = Record.Exception(() => ChatTemplate.Parse(Recursion(190, chain)).Render(NoVariables)), 512 << 10);
        thread.Start();
        thread.Join();
        Assert.IsType<TemplateException>(crash);
    }

    [Fact]
    public void A_long_conversation_is_not_a_costly_template()
    {
        // The input widens the limits: 3000 messages of 2000 characters, each looked at several times.
        StringBuilder json = new("[");
        for (int i = 0; i < 3000; i++)
            json.Append(i == 0 ? "" : ",").Append($$"""{"role":"{{(i % 2 == 0 ? "user" : "assistant")}}","content":"{{new string('é', 2000)}}"}""");
        using JsonDocument messages = JsonDocument.Parse(json.Append(']').ToString());
        const string Source = """
            {%- for m in messages %}{{ '<|' + m.role + '|>' + m.content.split('</think>')[-1].strip() | trim + '\n' }}{% if m.content is string and 'x' in m.content %}!{% endif %}{% endfor %}
            """;
        string text = ChatTemplate.Parse(Source).RenderChat(messages.RootElement);
        Assert.True(text.Length > 3000 * 2000);
    }

    [Fact]
    public void Limits_can_be_set_and_are_named_in_the_error()
    {
        TemplateLimits limits = TemplateLimits.Default with { MaxSteps = 100 };
        ChatTemplate template = ChatTemplate.Parse("{% for i in range(1000) %}{{ i }}{% endfor %}", limits: limits);
        TemplateException error = Assert.Throws<TemplateException>(() => template.Render(NoVariables));
        Assert.Equal(TemplateErrorKind.Limit, error.Kind);
        Assert.Contains("steps", error.Message, StringComparison.Ordinal);
        Assert.Throws<TemplateException>(() => ChatTemplate.Parse(new string('a', 11), limits: limits with { MaxSourceLength = 10 }));
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
