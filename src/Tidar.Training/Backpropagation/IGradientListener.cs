namespace Tidar.Training.Backpropagation;

/// <summary>Is told how far a backward pass has come, so that gradients can travel while the pass goes on.</summary>
public interface IGradientListener
{
    /// <summary>The backward pass is about to add to gradients.</summary>
    void Begin();

    /// <summary>
    /// The pass adds nothing more to the gradients from element <paramref name="start"/> of the flat memory to its end. Called with ever smaller numbers,
    /// the last one 0.
    /// </summary>
    void Finished(long start);
}
