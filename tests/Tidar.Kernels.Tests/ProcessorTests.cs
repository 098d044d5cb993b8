namespace Tidar.Kernels.Tests;

public sealed class ProcessorTests
{
    [Fact]
    public void Whatever_a_machine_lacks_the_next_tier_serves_and_a_note_says_why()
    {
        MachineFacts all = new(Vectors256: true, Vectors512: true, Tiles: true, TilePermission: true, ExecutableMemory: true);
        Check(all, KernelTier.Amx);
        Check(all with { Tiles = false }, KernelTier.Avx512, "AMX: the processor lacks it");
        Check(all with { TilePermission = false }, KernelTier.Avx512, "AMX: the system refused permission");
        Check(all with { TilePermission = null }, KernelTier.Avx512, "AMX: asking this system for permission is not supported, only Linux is");
        Check(all with { ExecutableMemory = false }, KernelTier.Avx512, "generated code: no executable memory, intrinsics are used");
        Check(all with { Vectors512 = false }, KernelTier.Avx2, "AVX-512: the processor or the runtime lacks it");
        Check(
            new MachineFacts(false, false, false, null, false), KernelTier.Portable,
            "AVX-512: the processor or the runtime lacks it", "AMX: the processor lacks it", "generated code: no executable memory, intrinsics are used");

        static void Check(MachineFacts facts, KernelTier best, params string[] notes)
        {
            Assert.Equal(best, facts.Best);
            Assert.Equal(notes, facts.Notes());
        }
    }

    [Theory]
    [InlineData(null, KernelTier.Avx512, null)]
    [InlineData("", KernelTier.Avx512, null)]
    [InlineData("avx2", KernelTier.Avx2, null)]
    [InlineData("PORTABLE", KernelTier.Portable, null)]
    [InlineData("avx512", KernelTier.Avx512, null)]
    [InlineData("amx", KernelTier.Avx512, "TIDAR_KERNEL=amx: this machine lacks it, avx512 is used")]
    [InlineData("1", KernelTier.Avx512, "TIDAR_KERNEL=1: no such tier (amx, avx512, avx2, portable), avx512 is used")]
    [InlineData("fast", KernelTier.Avx512, "TIDAR_KERNEL=fast: no such tier (amx, avx512, avx2, portable), avx512 is used")]
    public void A_named_tier_is_taken_where_the_machine_has_it(string? name, KernelTier expected, string? note) =>
        Assert.Equal((expected, note), Processor.Choose(name, KernelTier.Avx512));

    [Fact]
    public void This_machine_runs_its_best_tier_and_says_what_its_products_use()
    {
        Assert.Contains(Processor.Best, Processor.Available);
        Assert.Contains(Processor.Int8Instructions, (string[])["tdpbsud", "vpdpbusd 512", "AVX-VNNI", "AVX2", "portable"]);
        if (Processor.Best < KernelTier.Amx)
            Assert.Contains(Processor.Notes, n => n.StartsWith("AMX: ", StringComparison.Ordinal));
    }
}
