namespace SeGen.DeviceCheck;

/// <summary>A gate, and the batch that it is checked with.</summary>
/// <param name="Name">"1x128x224x224".</param>
/// <param name="Channels">Channels.</param>
/// <param name="Height">Rows of pixels.</param>
/// <param name="Width">Columns.</param>
/// <param name="Images">Images.</param>
/// <param name="Create">The module, and the same on the device.</param>
internal sealed record GateCase(string Name, int Channels, int Height, int Width, int Images, Func<(IModule Cpu, GpuModule Gpu)> Create)
{
    /// <summary>The shapes that are timed against PyTorch.</summary>
    public static readonly GateCase[] Timed =
    [
        new("1x128x224x224", 128, 224, 224, 1, () => Of(new Gate128x224(1), g => g.CreateCuda(GpuPolicy.Require))),
        new("1x128x56x56", 128, 56, 56, 1, () => Of(new Gate128x56(1), g => g.CreateCuda(GpuPolicy.Require))),
        new("32x256x56x56", 256, 56, 56, 32, () => Of(new Gate256x56(1), g => g.CreateCuda(GpuPolicy.Require))),
        new("256x512x7x7", 512, 7, 7, 256, () => Of(new Gate512x7(1), g => g.CreateCuda(GpuPolicy.Require))),
    ];

    /// <summary>Larger ones that are not timed.</summary>
    public static readonly GateCase[] Large = [new("4x96x64x64", 96, 64, 64, 4, () => Of(new Gate96x64(1), g => g.CreateCuda(GpuPolicy.Require)))];

    /// <summary>Small ones of every setting.</summary>
    public static readonly GateCase[] Small =
    [
        new("5x20x8x8, max", 20, 8, 8, 5, () => Of(new MaxGate(1), g => g.CreateCuda(GpuPolicy.Require))),
        new("3x36x13x7, mean and max", 36, 13, 7, 3, () => Of(new RaggedGate(1), g => g.CreateCuda(GpuPolicy.Require))),
        new("2x3x91x93", 3, 91, 93, 2, () => Of(new OddGate(1), g => g.CreateCuda(GpuPolicy.Require))),
        new("2x5x48x48, constant", 5, 48, 48, 2, () => Of(new ConstantGate(1), g => g.CreateCuda(GpuPolicy.Require))),
        new("3x24x15x11, any size", 24, 15, 11, 3, () => Of(new AnyGate(1), g => g.CreateCuda(GpuPolicy.Require))),
    ];

    public int Length => Images * Channels * Height * Width;

    private static (IModule Cpu, GpuModule Gpu) Of<T>(T module, Func<T, GpuModule> create)
        where T : IModule
        => (module, create(module));
}
