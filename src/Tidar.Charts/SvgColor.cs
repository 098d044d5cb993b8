namespace Tidar.Charts;

/// <summary>Colours that stand out on white and on black alike.</summary>
public static class SvgColor
{
    /// <summary>Blue.</summary>
    public const string Blue = "#3b82f6";

    /// <summary>Orange.</summary>
    public const string Orange = "#ea7a1f";

    /// <summary>Green.</summary>
    public const string Green = "#22a06b";

    /// <summary>Purple.</summary>
    public const string Purple = "#a066d3";

    /// <summary>Letters, axes and what others are compared with.</summary>
    public const string Text = "#7d8590";

    private static readonly string[] Series = [Blue, Orange, Green, Purple, "#d6409f", "#b08900", "#0e9aa7", "#e5484d", "#8d6e63", "#6b7fd7", "#5f9e1f", "#c06090"];

    /// <summary>The colour of series <paramref name="index"/>, from 0; they begin again where there are many.</summary>
    public static string Of(int index) => Series[index % Series.Length];
}
