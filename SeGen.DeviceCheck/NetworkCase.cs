namespace SeGen.DeviceCheck;

/// <summary>A network, and the batch that it is checked with.</summary>
/// <param name="Name">"SEResNet18, 4 images".</param>
/// <param name="Images">Images.</param>
/// <param name="Input">Floats of an image.</param>
/// <param name="Classes">Floats of its output.</param>
/// <param name="Create">The module, and the same on the device.</param>
internal sealed record NetworkCase(string Name, int Images, int Input, int Classes, Func<(IModule Cpu, GpuModule Gpu)> Create)
{
    /// <summary>Small ones of every layer.</summary>
    public static readonly NetworkCase[] Small =
    [
        new("a residual network", 2, ResidualNet.InputLength, ResidualNet.OutputLength, () => Of(new ResidualNet(1), n => n.CreateCuda(GpuPolicy.Require))),
        new("an inverted one", 2, InvertedNet.InputLength, InvertedNet.OutputLength, () => Of(new InvertedNet(1), n => n.CreateCuda(GpuPolicy.Require))),
    ];

    /// <summary>Real ones.</summary>
    public static readonly NetworkCase[] Large =
    [
        new("SEResNet20, 128 images", 128, SEResNet20.InputLength, SEResNet20.OutputLength, () => Of(new SEResNet20(1), n => n.CreateCuda(GpuPolicy.Require))),
        new("SEResNet18, 4 images", 4, SEResNet18.InputLength, SEResNet18.OutputLength, () => Of(new SEResNet18(1), n => n.CreateCuda(GpuPolicy.Require))),
    ];

    private static (IModule Cpu, GpuModule Gpu) Of<T>(T module, Func<T, GpuModule> create)
        where T : IModule
        => (module, create(module));
}
