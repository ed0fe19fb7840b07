using SeGen.Generator.Model;
using SeGen.Generator.Programs;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Conv;

/// <summary>The rows of a cut of a direct convolution, tile by tile.</summary>
/// <param name="conv">The convolution.</param>
/// <param name="width">The width; null for the scalar form.</param>
/// <param name="input">The strides of its input.</param>
/// <param name="output">Those of its output.</param>
/// <param name="residual">Those of what is added, or null.</param>
internal sealed class ConvRows(ConvKernel conv, VectorWidth? width, Strides input, Strides output, Strides? residual)
{
    private VectorWidth Width => width!;

    /// <summary>
    /// Blocks and lanes that tiles of the same pixels hold one after the other: all, where a vector is as wide as a block.
    /// </summary>
    private (int Block, int Lane)[] Parts
    {
        get
        {
            if (Width.Lanes == 16)
                return [(0, 0)];

            int perTile = conv.VectorsOf(Width) * Width.Lanes;
            return [.. Enumerable.Range(0, conv.PartsOf(Width)).Select(part => (part * perTile / 16, part * perTile % 16))];
        }
    }

    public void Emit(SourceWriter writer)
    {
        int rowsOfTile = width is null ? 1 : conv.RowsOfTile(width);
        if (rowsOfTile == 1)
        {
            Rows(writer, "for (nuint row = fromRow; row < lastRow; row++)", 1);
            return;
        }

        writer.Line("nuint row = fromRow;");
        Rows(writer, $"for (; row + {Numbers.Text(rowsOfTile)} <= lastRow; row += {Numbers.Text(rowsOfTile)})", rowsOfTile);
        if (conv.HasRestOfRows(Width))
        {
            writer.Blank();
            Rows(writer, "for (; row < lastRow; row++)", 1);
        }
    }

    /// <summary>A loop over rows, or over some of them at a time.</summary>
    private void Rows(SourceWriter writer, string loop, int rowsOfTile)
    {
        using (writer.Block(loop))
        {
            writer.Line($"ref float from = ref Add(ref x, row * {conv.Taps.Stride} * {input.Row});");
            writer.Line($"ref float to = ref Add(ref y, row * {output.Row});");
            if (residual is not null)
                writer.Line($"ref float also = ref Add(ref addend, row * {residual.Row});");

            if (width is null)
            {
                ConvScalar.Emit(writer, conv, input, output, residual);
                return;
            }

            for (int part = 0; part < Parts.Length; part++)
            {
                if (rowsOfTile > 1)
                    writer.Line(Call(rowsOfTile, conv.Out.Columns, "0", Parts[part]));
                else if (conv.Out.IsFixed)
                    Columns(writer, Parts[part]);
                else
                    Columns(writer, Parts[part], Parts.Length == 1 ? "column" : $"column{Numbers.Text(part)}");
            }
        }
    }

    private void Columns(SourceWriter writer, (int Block, int Lane) part)
    {
        int[] sizes = conv.TileSizes(Width);
        int most = sizes[0], last = sizes[1], tiles = (conv.Out.Columns - last) / most;
        if (tiles > 1)
        {
            using (writer.Block($"for (nuint column = 0; column < {tiles * most}; column += {most})"))
                writer.Line(Call(1, most, "column", part));
        }
        else if (tiles == 1)
            writer.Line(Call(1, most, "0", part));

        writer.Line(Call(1, last, Numbers.Text(tiles * most), part));
    }

    /// <summary>Columns of which there are as many as the size says that comes at run time.</summary>
    private void Columns(SourceWriter writer, (int Block, int Lane) part, string column)
    {
        int most = conv.TileSizes(Width)[0];
        writer.Line($"nuint {column} = 0;");
        using (writer.Block($"for (; {column} + {most} <= {output.Width}; {column} += {most})"))
            writer.Line(Call(1, most, column, part));

        using (writer.Block($"for (; {column} < {output.Width}; {column}++)"))
            writer.Line(Call(1, 1, column, part));
    }

    private string Call(int rows, int columns, string column, (int Block, int Lane) part)
    {
        (int block, int lane) = part;
        string at(string start, string step, string blockStride)
            => Offset(start, column == "0" ? "" : $"{column} * {step}", block == 0 ? "" : blockStride, lane);

        // Depthwise and grouped outputs read the lanes of their own group.
        int inputLane = conv.Form switch
        {
            ConvForm.Depthwise => lane,
            ConvForm.Grouped => Width.Lanes >= conv.GroupInputs
            ? lane
            : lane / conv.GroupInputs * conv.GroupInputs,
            _ => 0
        };
        var arguments = new List<string>
        {
            Offset("from", column == "0" ? "" : $"{column} * {Numbers.Text(conv.Taps.Stride * conv.In.Pixel)}", "", inputLane),
            Offset("w", "", block == 0 ? "" : "BlockWeights", lane),
        };
        if (conv.HasFactors)
            arguments.Add("ref AsRef(in factors)");

        arguments.Add(Offset("bias", "", "", block * 16 + lane));
        arguments.Add(at("to", Numbers.Text(conv.Out.Step), output.Block));
        if (residual is not null)
            arguments.Add(at("also", Numbers.Text(conv.Residual!.Step), residual.Block));

        if (conv.HasSums)
            arguments.Add(Offset("total", "", "", block * 16 + lane));

        if (!conv.Out.IsFixed || !conv.In.IsFixed)
        {
            arguments.AddRange([input.Row, input.Block, output.Block]);
            if (residual is not null)
                arguments.Add(residual.Block);
        }

        if (conv.AsksAhead(Width))
            arguments.Add($"ref Add(ref w, {Ahead(column, block * 16 + lane)})");

        return $"Tile{new Lanes(Width).Bits}x{ConvTile.Size(rows, columns)}({string.Join(", ", arguments)});";
    }

    /// <summary>The part of the next outputs' weights that a tile asks for: which one follows from its number in the map.</summary>
    private string Ahead(string column, int lane)
    {
        int rowsOfTile = conv.RowsOfTile(Width), share = conv.BlocksTogether * conv.BlockWeights / conv.TilesOfMap(Width);
        int ofRow = share * conv.TilesOfMap(Width) / ((conv.Out.Rows + rowsOfTile - 1) / rowsOfTile);
        string row = rowsOfTile == 1 ? $"row * {Numbers.Text(ofRow)}" : $"row / {Numbers.Text(rowsOfTile)} * {Numbers.Text(ofRow)}";
        string at = column == "0" ? "" : $" + {column} * {Numbers.Text(share)} / {Numbers.Text(conv.TileSizes(Width)[0])}";
        string lanes = lane == 0 ? "" : $" + {Numbers.Text(share * lane / (conv.BlocksTogether * 16))}";
        return $"{Numbers.Text(conv.BlocksTogether)} * BlockWeights + {row}{at}{lanes}";
    }

    private static string Offset(string start, string column, string block, int lane)
    {
        string[] parts = [.. new[] { column, block, lane == 0 ? "" : Numbers.Text(lane) }.Where(p => p.Length > 0)];
        return parts.Length == 0 ? $"ref {start}" : $"ref Add(ref {start}, {string.Join(" + ", parts)})";
    }
}
