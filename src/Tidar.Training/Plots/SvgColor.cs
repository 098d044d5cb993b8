namespace Tidar.Training.Plots;

/// <summary>Colours that stand out on white and on black alike.</summary>
internal static class SvgColor
{
    public const string Blue = "#3b82f6";
    public const string Orange = "#ea7a1f";
    public const string Green = "#22a06b";
    public const string Purple = "#a066d3";
    public const string Text = "#7d8590";
}
