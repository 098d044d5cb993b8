namespace Tidar.Kernels.Tests;

[Collection(nameof(Processor))]
public sealed class MachinePeakTests
{
    // How fast a machine is cannot be asserted; that every tier measures something sensible can: between one operation and 10^16 a second.
    [Fact]
    public void Every_peak_is_a_finite_positive_figure_on_every_tier()
    {
        KernelTier before = Processor.Tier;
        try
        {
            foreach (KernelTier tier in Processor.Available)
            {
                Processor.Tier = tier;
                foreach (Func<int, double> measure in new Func<int, double>[]
                    { MachinePeak.Int8OperationsPerSecond, MachinePeak.BFloat16OperationsPerSecond, MachinePeak.Float32OperationsPerSecond })
                {
                    Assert.InRange(measure(1), 1, 1e16);
                }
            }
        }
        finally
        {
            Processor.Tier = before;
        }

        Assert.InRange(MachinePeak.ReadBytesPerSecond(2), 1, 1e16);
    }
}
