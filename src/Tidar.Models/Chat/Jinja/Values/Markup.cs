namespace Tidar.Models.Chat.Jinja;

/// <summary>Text that counts as HTML already: the result of <c>safe</c>, <c>escape</c> and of everything inside <c>autoescape true</c>.</summary>
internal sealed class Markup(string text)
{
    public string Text { get; } = text;

    public override string ToString() => Text;

    /// <summary>Escapes a value unless it is markup already.</summary>
    public static Markup Escape(Budget budget, object? value) =>
        value as Markup ?? new Markup(EscapeText(budget, Display.Str(budget, value)));

    /// <summary>Replaces the five characters that HTML reserves.</summary>
    public static string EscapeText(Budget budget, string text)
    {
        if (text.AsSpan().IndexOfAny("&<>'\"") < 0)
            return text;
        TextBuilder escaped = new(budget);
        foreach (char c in text)
        {
            string? entity = c switch { '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", '\'' => "&#39;", '"' => "&#34;", _ => null };
            if (entity is null)
                escaped.Append(c);
            else
                escaped.Append(entity);
        }

        return escaped.ToString();
    }
}
