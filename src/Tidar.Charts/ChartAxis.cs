using System.Globalization;

namespace Tidar.Charts;

/// <summary>A range of values with round numbers along it.</summary>
public sealed class ChartAxis
{
    private const int AboutTicks = 6;
    private const double Margin = 0.04;

    private static readonly double[] RoundSteps = [1, 2, 5, 10];

    private readonly double _low;
    private readonly double _high;
    private readonly bool _doubles;

    /// <summary>Covers a range, with some room around it unless it counts whole things.</summary>
    public ChartAxis(double low, double high, bool isWhole)
        : this(low, high, isWhole ? 0 : Math.Max((high - low) * Margin, 1e-6))
    {
        if (isWhole)
            Step = Math.Max(1, Step);
    }

    private ChartAxis(double low, double high, double room)
    {
        (_low, _high) = (low - room, high + room);
        if (_high <= _low)
            _high = _low + 1;
        Step = RoundStep(_high - _low);
    }

    private ChartAxis(double lowExponent, double highExponent)
    {
        (_low, _high, _doubles) = (lowExponent, highExponent, true);
        Step = 1;
    }

    private double Step { get; }

    /// <summary>Round numbers inside the range.</summary>
    public IEnumerable<double> Ticks
    {
        get
        {
            for (double n = Math.Ceiling(_low / Step); n * Step <= _high; n++)
            {
                double tick = (n * Step) + 0.0; // no minus zero
                yield return _doubles ? Math.Pow(2, tick) : tick;
            }
        }
    }

    /// <summary>From zero to above the largest value, for lengths that are to be compared.</summary>
    public static ChartAxis FromZero(double high)
    {
        double step = RoundStep(Math.Max(high, 1e-9));
        return new ChartAxis(0, step * Math.Ceiling(Math.Max(high, 1e-9) / step), room: 0.0);
    }

    /// <summary>Positive values of which each doubling takes the same room.</summary>
    public static ChartAxis Doubling(double low, double high) => new(Math.Floor(Math.Log2(low)), Math.Max(Math.Ceiling(Math.Log2(high)), Math.Floor(Math.Log2(low)) + 1));

    /// <summary>Where a value lies, from 0 to 1.</summary>
    public double Share(double value) => ((_doubles ? Math.Log2(value) : value) - _low) / (_high - _low);

    /// <summary>A tick as text.</summary>
    public string Label(double tick)
    {
        int digits = Math.Clamp((int)Math.Ceiling(-Math.Log10(Step) - 1e-9), 0, 6);
        return tick.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    private static double RoundStep(double range)
    {
        double rough = range / AboutTicks, power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return power * RoundSteps.First(s => s * power >= rough * 0.999);
    }
}
