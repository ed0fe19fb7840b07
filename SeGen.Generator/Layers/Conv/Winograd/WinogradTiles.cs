using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Conv.Winograd;

/// <summary>The loop over tiles in the order in which they lie in the map, row by row.</summary>
internal static class WinogradTiles
{
    /// <summary>Begins the loop; its body has <c>tile</c>, counted from the first, and its <c>row</c> and <c>column</c> in tiles.</summary>
    public static SourceWriter.Scope Each(SourceWriter writer)
    {
        writer.Line("nuint row = first / TilesAcross, column = first % TilesAcross;");
        return writer.Block("for (nuint tile = 0; tile < count; tile++)");
    }

    /// <summary>Goes on to the next tile, at the end of the body.</summary>
    public static void Next(SourceWriter writer)
    {
        writer.Blank();
        using (writer.Block("if (++column == TilesAcross)"))
            writer.Line("(row, column) = (row + 1, 0);");
    }
}
