using System.Globalization;

namespace SeGen.Cuda;

/// <summary>Blocks of a launch along each axis.</summary>
internal readonly record struct GpuGrid(int X, int Y = 1, int Z = 1)
{
    public long Blocks => (long)X * Y * Z;

    public static implicit operator GpuGrid(int blocks) => new(blocks);

    public override string ToString()
        => (Y, Z) == (1, 1) ? X.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{X} x {Y} x {Z}");
}
