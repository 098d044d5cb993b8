namespace Tidar.Models.Chat.Jinja;

/// <summary>Marks a slot or parameter that has no value yet; never visible to a template.</summary>
internal sealed class Missing
{
    public static readonly Missing Value = new();

    private Missing()
    {
    }
}
