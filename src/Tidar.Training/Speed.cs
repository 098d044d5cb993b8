namespace Tidar.Training;

/// <summary>Things per second over the last steps, and what is left at that speed.</summary>
internal sealed class Speed
{
    private const double Share = 0.05;
    private const double LongestSeconds = 1e9;

    private double _perSecond;

    /// <summary>Adds a step.</summary>
    /// <returns>The speed now.</returns>
    public double Add(long count, double seconds)
    {
        double speed = count / seconds;
        return _perSecond = _perSecond == 0 ? speed : _perSecond + (Share * (speed - _perSecond));
    }

    /// <summary>The time that so many more take.</summary>
    public TimeSpan Remaining(long count) => TimeSpan.FromSeconds(Math.Min(LongestSeconds, count / _perSecond));
}
