namespace SeGen;

/// <summary>How long a kernel has run, by the device's own clock.</summary>
/// <param name="Kernel">Its name in the generated PTX.</param>
/// <param name="Milliseconds">Milliseconds from its start to its end.</param>
public readonly record struct GpuKernelTime(string Kernel, double Milliseconds);
