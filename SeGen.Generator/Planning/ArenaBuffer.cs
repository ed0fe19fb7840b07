using SeGen.Generator.Model;
using SeGen.Generator.Text;

namespace SeGen.Generator.Planning;

/// <summary>What a buffer of an image is for.</summary>
internal enum BufferRole
{
    /// <summary>A value of the graph; of a gate's factors all of its scratch.</summary>
    Value,

    /// <summary>The gradient of a value.</summary>
    Gradient,

    /// <summary>Sums over the pixels of a value's channels.</summary>
    Sums,

    /// <summary>Transformed tiles of the convolution that writes a value.</summary>
    Tiles,

    /// <summary>What a step of training needs for itself; the number is the step's.</summary>
    Scratch,
}

/// <summary>A buffer, by what it is for and which value or step it belongs to.</summary>
internal readonly record struct BufferId(BufferRole Role, int Number)
{
    public static BufferId Value(int value) => new(BufferRole.Value, value);

    /// <summary>"v3", "sums3".</summary>
    public string Name => Prefix + Numbers.Text(Number);

    private string Prefix => Role switch
    {
        BufferRole.Value => "v",
        BufferRole.Gradient => "g",
        BufferRole.Sums => "sums",
        BufferRole.Tiles => "t",
        _ => "s",
    };
}

/// <summary>A part of the arena, for as long as it is in use.</summary>
/// <param name="Id">What it is.</param>
/// <param name="Value">The value whose size it has.</param>
/// <param name="Place">The layout of a tensor, or null.</param>
/// <param name="Floats">Floats where it is no tensor, or those of a band.</param>
/// <param name="First">The step that writes it.</param>
/// <param name="Last">The last step that reads it.</param>
/// <param name="Offset">In floats, where sizes are fixed; else the slot that it shares with others.</param>
internal sealed record ArenaBuffer(BufferId Id, int Value, Place? Place, int Floats, int First, int Last, long Offset)
{
    public string Name => Id.Name;

    /// <summary>Rows of a band, where there are so many floats for each band of rows of a size that comes at run time; else 0.</summary>
    public int BandRows { get; init; }

    /// <summary>Floats where sizes are fixed.</summary>
    public long Length => Place is { } place ? VectorWidth.Pad(checked((int)place.Length)) : VectorWidth.Pad(Floats);
}
