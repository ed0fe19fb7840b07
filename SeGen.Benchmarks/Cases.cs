namespace SeGen.Benchmarks;

/// <summary>One thing that is measured.</summary>
/// <param name="Name">As it stands in tables and file names.</param>
/// <param name="Batch">Images.</param>
/// <param name="Channels">Channels of the gate.</param>
/// <param name="Size">Height and width.</param>
/// <param name="Create">The module declared for it.</param>
/// <param name="CreateAny">The module with any size, where that is compared.</param>
/// <param name="Training">Forward and backward instead of inference.</param>
/// <param name="Least">The ratio to the fastest peer that must be reached, with one and two threads.</param>
internal sealed record Case(
    string Name, int Batch, int Channels, int Size, Func<IModule> Create, Func<IModule>? CreateAny, bool Training, double[] Least)
{
    public int Length => Batch * Channels * Size * Size;

    /// <summary>All cases, in the order of the tables.</summary>
    public static IReadOnlyList<Case> All { get; } =
    [
        new("1x128x224x224", 1, 128, 224, () => new Gate128x224(), () => new Gate128Any(), false, [1.05, 1.05]),
        new("1x128x56x56", 1, 128, 56, () => new Gate128x56(), () => new Gate128Any(), false, [1.5, 1.5]),
        new("1x256x14x14", 1, 256, 14, () => new Gate256x14(), () => new Gate256Any(), false, [1.6, 1.6]),
        new("1x512x7x7", 1, 512, 7, () => new Gate512x7(), () => new Gate512Any(), false, [3.0, 3.0]),
        new("8x128x56x56", 8, 128, 56, () => new Gate128x56Batch8(), null, false, [1.15, 1.5]),
        new("32x128x28x28-training", 32, 128, 28, () => new Gate128x28Batch32(), null, true, [3.5, 3.5]),
    ];

    public static Case Named(string name) => All.First(c => c.Name == name);
}
