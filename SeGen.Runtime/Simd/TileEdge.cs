using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SeGen.Simd;

/// <summary>Tiles that reach beyond the end of a tensor.</summary>
public static class TileEdge
{
    /// <summary>Copies what there is of a tile, with zeros for the rest.</summary>
    /// <param name="from">The tile's first value.</param>
    /// <param name="row">Floats from one row of the tensor to the next.</param>
    /// <param name="rows">Rows that are there.</param>
    /// <param name="floats">Floats of a row that are there.</param>
    /// <param name="to">Where the tile goes.</param>
    /// <param name="toRows">Its rows.</param>
    /// <param name="toFloats">The floats of its rows.</param>
    public static void Copy(ref float from, nuint row, int rows, int floats, ref float to, int toRows, int toFloats)
    {
        for (int y = 0; y < toRows; y++)
        {
            Span<float> line = MemoryMarshal.CreateSpan(ref Unsafe.Add(ref to, y * toFloats), toFloats);
            if (y < rows)
            {
                MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref from, (nuint)y * row), floats).CopyTo(line);
                line = line[floats..];
            }

            line.Clear();
        }
    }
}
