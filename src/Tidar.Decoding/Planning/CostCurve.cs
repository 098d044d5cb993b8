using Tidar.Models;

namespace Tidar.Decoding.Planning;

/// <summary>Seconds over a number of rows: measured points, straight lines between them, and the last line goes on.</summary>
public sealed class CostCurve
{
    private readonly int[] _rows;
    private readonly double[] _seconds;

    /// <summary>A curve through points.</summary>
    /// <param name="rows">Rows, rising, at least one.</param>
    /// <param name="seconds">Seconds at each, positive.</param>
    /// <exception cref="InvalidInputException">There are no points, rows do not rise, or a time is no positive number.</exception>
    public CostCurve(IReadOnlyList<int> rows, IReadOnlyList<double> seconds)
    {
        const string Source = "cost curve";
        if (rows.Count == 0 || rows.Count != seconds.Count)
            throw new InvalidInputException(Source, "points", "as many times as rows, at least one", $"{rows.Count} rows and {seconds.Count} times");
        for (int i = 0; i < rows.Count; i++)
        {
            if (rows[i] < 1 || (i > 0 && rows[i] <= rows[i - 1]))
                throw new InvalidInputException(Source, "rows", "rising numbers from 1", $"{rows[i]}");
            if (!double.IsFinite(seconds[i]) || seconds[i] <= 0)
                throw new InvalidInputException(Source, "seconds", "a positive number", $"{seconds[i]}");
        }

        (_rows, _seconds) = ([.. rows], [.. seconds]);
    }

    /// <summary>Rows of the points.</summary>
    public IReadOnlyList<int> Rows => _rows;

    /// <summary>Seconds of the points.</summary>
    public IReadOnlyList<double> Seconds => _seconds;

    /// <summary>Seconds for <paramref name="rows"/> rows; below the first point those of the first.</summary>
    public double At(double rows)
    {
        if (rows <= _rows[0] || _rows.Length == 1)
            return _seconds[0];
        int i = 1;
        while (i < _rows.Length - 1 && _rows[i] < rows)
            i++;
        double slope = (_seconds[i] - _seconds[i - 1]) / (_rows[i] - _rows[i - 1]);
        // Behind the last point noise must not make more rows cheaper.
        return rows <= _rows[i] ? _seconds[i - 1] + (slope * (rows - _rows[i - 1])) : _seconds[i] + (Math.Max(0, slope) * (rows - _rows[i]));
    }
}
