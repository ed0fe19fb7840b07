using System.Globalization;

namespace SeGen.Cuda;

/// <summary>The shape of a batch, NCHW.</summary>
internal readonly record struct GpuShape(int Images, int Channels, int Height, int Width)
{
    public int Length { get; } = checked(Images * Channels * Height * Width);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Images} x {Channels} x {Height} x {Width}");
}
