namespace SeGen;

/// <summary>What a call works on.</summary>
/// <param name="Images">Images of the batch.</param>
/// <param name="Height">Rows of pixels.</param>
/// <param name="Width">Columns.</param>
internal readonly record struct GpuMap(int Images, int Height, int Width)
{
    public int Pixels => Height * Width;
}
