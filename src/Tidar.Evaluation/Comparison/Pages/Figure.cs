using System.Globalization;

namespace Tidar.Evaluation.Comparison.Pages;

/// <summary>Figures as text; a dash where one has no meaning.</summary>
public static class Figure
{
    private const string None = "–";

    /// <summary>With that many decimals; from 1000 up in groups of three.</summary>
    public static string Of(double value, int decimals) =>
        double.IsFinite(value) ? value.ToString((value >= 1000 ? "N" : "F") + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : None;

    /// <summary>Seconds as milliseconds, with three digits or so.</summary>
    public static string Milliseconds(double seconds)
    {
        double value = 1000 * seconds;
        return Of(value, value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3);
    }

    /// <summary>A share as a whole number of hundredths.</summary>
    public static string Percent(double part, double whole) => whole > 0 ? $"{Of(100 * part / whole, 0)}%" : None;
}
