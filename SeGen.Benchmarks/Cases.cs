using SeGen.Sample;
using SeGen.Sample.Models;

namespace SeGen.Benchmarks;

/// <summary>One thing that is measured.</summary>
/// <param name="Name">As it stands in tables and file names.</param>
/// <param name="Batch">Images.</param>
/// <param name="Channels">Channels of the input.</param>
/// <param name="Size">Height and width.</param>
/// <param name="Create">The module declared for it.</param>
/// <param name="CreateAny">The module with any size, where that is compared.</param>
/// <param name="Training">Forward and backward instead of inference.</param>
/// <param name="Least">The ratio to the fastest peer that must be reached, with one and two threads; null where none is.</param>
internal sealed record Case(
    string Name, int Batch, int Channels, int Size, Func<IModule> Create, Func<IModule>? CreateAny, bool Training, double[]? Least)
{
    /// <summary>What the peers build: models.py knows it.</summary>
    public string Model { get; init; } = "gate";

    /// <summary>Whose names the peers' weights carry.</summary>
    public Naming Naming { get; init; } = Naming.Linear;

    /// <summary>The shape of an image of the output, where it is not that of the input.</summary>
    public int[]? OutputShape { get; init; }

    public int Length => Batch * Channels * Size * Size;

    public int OutputLength => OutputShape is null ? Length : Batch * OutputShape.Aggregate((a, b) => a * b);

    /// <summary>Whether whole steps of training are timed, the optimizer's included, without the input's gradient.</summary>
    public bool IsTrainedNetwork => Training && !IsGate;

    public bool IsNetwork => !Training && !IsGate;

    /// <summary>Whether it is a gate alone: its floor is what it moves, that of all others what they multiply.</summary>
    public bool IsGate => Model == "gate";

    /// <summary>Whether SeGen and PyTorch are held to AVX2, and compared with each other; ONNX Runtime, which cannot be held, is only shown.</summary>
    public bool IsHeldToAvx2 { get; init; }

    /// <summary>The cases of each table of docs/performance.md.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<Case>> Groups => new Dictionary<string, IReadOnlyList<Case>>
    {
        ["gates"] = Gates,
        ["blocks"] = Blocks,
        ["networks"] = Networks,
        ["training"] = Trainings,
        ["avx2"] = Avx2,
    };

    /// <summary>The gates, in the order of the tables.</summary>
    public static IReadOnlyList<Case> Gates { get; } =
    [
        new("1x128x224x224", 1, 128, 224, () => new Gate128x224(), () => new Gate128Any(), false, [1.05, 1.05]),
        new("1x128x56x56", 1, 128, 56, () => new Gate128x56(), () => new Gate128Any(), false, [1.5, 1.5]),
        new("1x256x14x14", 1, 256, 14, () => new Gate256x14(), () => new Gate256Any(), false, [1.6, 1.6]),
        new("1x512x7x7", 1, 512, 7, () => new Gate512x7(), () => new Gate512Any(), false, [3.0, 3.0]),
        new("8x128x56x56", 8, 128, 56, () => new Gate128x56Batch8(), null, false, [1.15, 1.5]),
        new("32x128x28x28-training", 32, 128, 28, () => new Gate128x28Batch32(), null, true, [3.5, 3.5]),
    ];

    /// <summary>Residual blocks as they stand in an SE-ResNet-18, NCHW in and out.</summary>
    public static IReadOnlyList<Case> Blocks { get; } =
    [
        Block("Block64", 64, 56, () => new Block64(), 2.5),
        Block("Block128", 128, 28, () => new Block128(), 2.2),
        Block("Block256", 256, 14, () => new Block256(), 1.9),
        Block("Block512", 512, 7, () => new Block512(), 1.5),
        Block("Block64To128", 64, 56, () => new Block64To128(), 1.1) with { OutputShape = [128, 28, 28] },
    ];

    /// <summary>The sample's architectures, one image each; and many small ones.</summary>
    public static IReadOnlyList<Case> Networks { get; } =
    [
        .. Architectures.All.Select(a => new Case(a.Name, 1, 3, a.Side, a.Create, null, false, Goal(a.Name))
        {
            Model = a.Name,
            OutputShape = [a.Classes],

            // torchvision has these, and its names; the others are written in PyTorch with SeGen's.
            Naming = a.Name is nameof(MobileNetV3Small) or nameof(MobileNetV3Large) or nameof(EfficientNetB0) or nameof(RegNetY400MF) ? Naming.TorchVision : Naming.SeGen,
        }),
        new("SEResNet20-128", 128, 3, 32, () => new SEResNet20(), null, false, [1.4, 1.4]) { Model = "SEResNet20", Naming = Naming.SeGen, OutputShape = [10] },
    ];

    /// <summary>Blocks and networks on a processor without AVX-512.</summary>
    public static IReadOnlyList<Case> Avx2 { get; } =
    [
        .. Blocks.Concat(Networks.Where(c => c.Name is nameof(SEResNet18) or nameof(SEResNet50))).Select(c => c with { IsHeldToAvx2 = true, Least = [1.3, 1.3] }),
    ];

    private static double[]? Goal(string network) => network switch
    {
        nameof(SEResNet18) => [1.5, 1.6],
        nameof(SEResNet50) or nameof(EfficientNetB0) or nameof(RegNetY400MF) => [1.2, 1.2],
        nameof(MobileNetV3Large) => [1.1, 1.1],
        nameof(SEResNet20) => [1.4, 1.4],
        _ => null,
    };

    private static Case Block(string name, int channels, int size, Func<IModule> create, double least)
        => new(name, 1, channels, size, create, null, false, [least, least]) { Model = name, Naming = Naming.SeGen };

    /// <summary>Networks that are trained.</summary>
    public static IReadOnlyList<Case> Trainings { get; } =
    [
        new("DigitNet28-training", 64, 1, 28, () => new DigitNet28(), null, true, [1, 1]) { Model = nameof(DigitNet28), OutputShape = [10], Naming = Naming.SeGen },
        new("DigitNet8-training", 64, 1, 8, () => new DigitNet8(), null, true, [1, 1]) { Model = nameof(DigitNet8), OutputShape = [10], Naming = Naming.SeGen },
        new("SmallNet-128-training", 128, 3, 32, () => new SmallNet128(), null, true, [1.8, 1.8]) { Model = "SmallNet", OutputShape = [10], Naming = Naming.SeGen },
        new("Block-8x64x56x56-training", 8, 64, 56, () => new Block64x56(), null, true, [1, 1]) { Model = "Block64", Naming = Naming.SeGen },
    ];

    public static Case Named(string name) => Gates.Concat(Blocks).Concat(Networks).Concat(Trainings).First(c => c.Name == name);
}
