using Tidar.Decoding.Planning;

namespace Tidar.Decoding.Tests.Planning;

/// <summary>Cost curves of machines that do not exist.</summary>
internal static class TestCosts
{
    /// <summary>A pass costs 1, each row beyond the first <paramref name="row"/>, each mask <paramref name="mask"/> more.</summary>
    public static PassCosts Linear(double row, double mask = 0)
    {
        CostCurve clean = new([1, 2], [1, 1 + row]), masked = new([1, 2], [1 + row + mask, 1 + (2 * (row + mask))]);
        return new PassCosts([new ContextCosts(1, clean, masked)], new CostCurve([1], [1e-9]));
    }
}
