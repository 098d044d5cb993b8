using System.Globalization;

namespace Tidar.Training.Plots;

/// <summary>A range of values with round numbers along it.</summary>
internal sealed class ChartAxis
{
    private const int AboutTicks = 6;
    private const double Margin = 0.04;

    private static readonly double[] RoundSteps = [1, 2, 5, 10];

    private readonly double _low;
    private readonly double _high;

    /// <summary>Covers a range, with some room around it unless it counts whole things.</summary>
    public ChartAxis(double low, double high, bool isWhole)
    {
        double room = isWhole ? 0 : Math.Max((high - low) * Margin, 1e-6);
        (_low, _high) = (low - room, high + room);
        if (_high <= _low)
            _high = _low + 1;
        double rough = (_high - _low) / AboutTicks, power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        Step = power * RoundSteps.First(s => s * power >= rough * 0.999);
        if (isWhole)
            Step = Math.Max(1, Step);
    }

    private double Step { get; }

    /// <summary>Round numbers inside the range.</summary>
    public IEnumerable<double> Ticks
    {
        get
        {
            for (double n = Math.Ceiling(_low / Step); n * Step <= _high; n++)
                yield return (n * Step) + 0.0; // no minus zero
        }
    }

    /// <summary>Where a value lies, from 0 to 1.</summary>
    public double Share(double value) => (value - _low) / (_high - _low);

    /// <summary>A tick as text.</summary>
    public string Label(double tick)
    {
        int digits = Math.Clamp((int)Math.Ceiling(-Math.Log10(Step) - 1e-9), 0, 6);
        return tick.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }
}
