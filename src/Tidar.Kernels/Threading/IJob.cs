namespace Tidar.Kernels.Threading;

/// <summary>Work that splits into independent items; items may run in any order, on any thread.</summary>
public interface IJob
{
    /// <summary>Does item <paramref name="item"/>; <paramref name="worker"/> (0 … threads-1) tells concurrent items apart, e.g. for scratch memory.</summary>
    void Execute(int item, int worker);
}
