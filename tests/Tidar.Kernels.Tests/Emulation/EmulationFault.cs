namespace Tidar.Kernels.Tests.Emulation;

/// <summary>What real hardware would answer with an exception (a bad address, a bad tile shape), or an instruction that the emulator gives no meaning to.</summary>
internal sealed class EmulationFault(string message) : Exception(message);
