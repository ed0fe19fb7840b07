using SeGen.Generator.Text;

namespace SeGen.Generator.Ptx.Layers;

/// <summary>
/// The part of a product of matrices that a block computes: sixteen threads beside each other, each with some rows and some columns.
/// </summary>
/// <param name="Rows">Rows of a block.</param>
/// <param name="Columns">Columns of a block.</param>
/// <param name="ThreadRows">Rows of a thread, a multiple of 4.</param>
/// <param name="ThreadColumns">Columns of a thread, a multiple of 4.</param>
internal sealed record ProductTile(int Rows, int Columns, int ThreadRows, int ThreadColumns)
{
    /// <summary>Products of a step, for which both factors stand in shared memory.</summary>
    public const int Depth = 8;

    /// <summary>Threads beside each other in a row of blocks of columns.</summary>
    public const int Beside = 16;

    /// <summary>Those that are emitted; the runtime takes the one that leaves the fewest multiprocessors idle.</summary>
    public static readonly ProductTile[] All = [new(128, 128, 8, 8), new(64, 64, 8, 4), new(32, 64, 4, 4)];

    public int Threads => Rows / ThreadRows * Beside;

    /// <summary>"64x64", as kernels' names end.</summary>
    public string Name => $"{Numbers.Text(Rows)}x{Numbers.Text(Columns)}";
}
