namespace SeGen;

/// <summary>A module that is one squeeze-and-excitation gate: it also tells the factors that it applies.</summary>
public interface IGate : IModule
{
    /// <summary>The factors that Forward would apply at the declared height and width, without applying them.</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="gates">[N, C], from 0 (closed) to 1 (open).</param>
    /// <exception cref="ArgumentException">A length does not fit, or the spans overlap.</exception>
    /// <exception cref="InvalidOperationException">The declaration does not fix height and width.</exception>
    void Excite(ReadOnlySpan<float> input, Span<float> gates);

    /// <summary>The factors that Forward would apply at a height and width given at run time, without applying them.</summary>
    /// <param name="input">[N, C, height, width].</param>
    /// <param name="gates">[N, C], from 0 (closed) to 1 (open).</param>
    /// <param name="height">Height of the input in pixels.</param>
    /// <param name="width">Width of the input in pixels.</param>
    /// <exception cref="ArgumentException">A size or length does not fit, or the spans overlap.</exception>
    void Excite(ReadOnlySpan<float> input, Span<float> gates, int height, int width);
}
