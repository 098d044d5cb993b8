namespace Tidar.Charts;

/// <summary>Kinds of axis that go to the right.</summary>
public enum HorizontalAxis
{
    /// <summary>Whole numbers from 1, or from the least one.</summary>
    Counts,

    /// <summary>Amounts from zero.</summary>
    FromZero,

    /// <summary>Numbers of which each doubling takes the same room.</summary>
    Doublings,
}
