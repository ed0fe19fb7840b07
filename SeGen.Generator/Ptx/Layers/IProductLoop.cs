namespace SeGen.Generator.Ptx.Layers;

/// <summary>A product of two matrices by a block, and which of its rows and columns a thread has in the end.</summary>
internal interface IProductLoop
{
    /// <summary>Rows of the thread, from its first one.</summary>
    IReadOnlyList<int> Rows { get; }

    /// <summary>Columns of the thread, from its first one.</summary>
    IReadOnlyList<int> Columns { get; }

    /// <summary>Columns of the thread that lie beside each other: 2 or 4.</summary>
    int Vector { get; }

    /// <summary>How far away the lanes are with which a row's sum is exchanged, so that a part of the block has it.</summary>
    IReadOnlyList<int> SumDistances { get; }

    /// <summary>Which is 0 in one of these lanes.</summary>
    string FirstOfSum { get; }

    /// <summary>Parts of the block beside each other that have sums of their own.</summary>
    int PartsBeside { get; }

    /// <summary>Which of them the thread is in; a number or a register.</summary>
    string PartBeside { get; }

    /// <summary>The thread's first row, from the block's.</summary>
    string FirstRow(string ofBlock);

    /// <summary>The thread's first column within the block.</summary>
    string FirstColumn();

    /// <summary>Multiplies.</summary>
    /// <param name="left">Rows.</param>
    /// <param name="right">Columns.</param>
    /// <param name="first">The first depth, a multiple of <see cref="ProductTile.Depth"/>.</param>
    /// <param name="end">Where depths end for this block.</param>
    /// <returns>The sums of the thread, by row and column.</returns>
    string[][] Run(ProductOperand left, ProductOperand right, string first, string end);
}
