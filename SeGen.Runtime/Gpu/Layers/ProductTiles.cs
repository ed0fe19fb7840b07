namespace SeGen.Cuda.Layers;

/// <summary>A product's kernel: rows and columns of a block.</summary>
/// <param name="Rows">Rows, channels of the output.</param>
/// <param name="Columns">Columns, pixels.</param>
/// <param name="Threads">Threads of a block.</param>
/// <param name="Efficiency">About how much of a multiprocessor's multiply-adds it reaches, against the others: an estimate until it is
/// measured.</param>
internal sealed record ProductTile(int Rows, int Columns, int Threads, double Efficiency)
{
    public string Name { get; } = $"{Rows}x{Columns}";

    /// <summary>Warps beside each other on tensor cores, each of which has 32 rows and sums of its own.</summary>
    public int TensorParts => Threads / 32 / (Rows / 32);
}

/// <summary>How a product is shared out: its tile, and in how many parts its depth is summed up.</summary>
/// <param name="Tile">The tile.</param>
/// <param name="Splits">Parts of the depth.</param>
/// <param name="SplitDepth">Depths of each.</param>
internal sealed record ProductPlan(ProductTile Tile, int Splits, int SplitDepth);

/// <summary>The tiles that generated modules have.</summary>
internal static class ProductTiles
{
    /// <summary>Depths of a step.</summary>
    public const int Depth = 8;

    // Fewer depths in a part would not pay for adding the parts up.
    private const int LeastSplit = 128;

    public const int MostSplits = 32;

    public static readonly ProductTile[] All = [new(128, 128, 256, 0.9), new(64, 64, 128, 0.75), new(32, 64, 128, 0.6)];

    /// <summary>
    /// The tile, and the parts of the depth, with which the busiest multiprocessor has least to do. It depends on the device alone, so
    /// that one device always adds in the same order.
    /// </summary>
    /// <param name="rows">Rows of a group.</param>
    /// <param name="groups">Groups.</param>
    /// <param name="columns">Columns of a section.</param>
    /// <param name="sections">Sections that share no block.</param>
    /// <param name="depth">Products of a sum.</param>
    /// <param name="processors">Multiprocessors.</param>
    /// <param name="mostSplits">Into how many parts the depth may be split: what is not written whole cannot be added up.</param>
    public static ProductPlan Choose(
        int rows, int groups, int columns, int sections, int depth, int processors, int mostSplits = MostSplits)
    {
        ProductPlan? best = null;
        double least = double.MaxValue;
        foreach (ProductTile tile in All)
        {
            double blocks = (double)Ceiling(rows, tile.Rows) * groups * Ceiling(columns, tile.Columns) * sections;
            for (int splits = 1; splits <= mostSplits && (splits == 1 || depth / splits >= LeastSplit); splits *= 2)
            {
                int splitDepth = Ceiling(Ceiling(depth, splits), Depth) * Depth;
                double rounds = Math.Ceiling(blocks * splits / processors), sums = splits == 1
                    ? 0
                    : (double)rows * groups * columns * sections * splits / processors;
                double cost = rounds * tile.Rows * tile.Columns * (splitDepth + 32.0) / tile.Efficiency + 8 * sums;
                if (cost < least)
                    (least, best) = (cost, new ProductPlan(tile, Ceiling(depth, splitDepth), splitDepth));
            }
        }

        return best!;
    }

    public static int Ceiling(int value, int by) => (value + by - 1) / by;
}
