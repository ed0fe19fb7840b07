namespace SeGen.DeviceCheck;

/// <summary>Convolutions against cuDNN: TF32 against TF32, fp32 against fp32.</summary>
internal static class ConvTimes
{
    public static IEnumerable<TimedCase> Cases =>
    [
        .. Of(32, 64, 64, 3, 1, 1, 56, () => new Conv3x3(1).CreateCuda(GpuPolicy.Require)),
        .. Of(1, 64, 64, 3, 1, 1, 56, () => new Conv3x3(1).CreateCuda(GpuPolicy.Require)),
        .. Of(32, 512, 512, 3, 1, 1, 7, () => new Conv3x3Deep(1).CreateCuda(GpuPolicy.Require)),
        .. Of(1, 512, 512, 3, 1, 1, 7, () => new Conv3x3Deep(1).CreateCuda(GpuPolicy.Require)),
        .. Of(32, 64, 128, 3, 2, 1, 56, () => new Conv3x3Stride2(1).CreateCuda(GpuPolicy.Require)),
        .. Of(32, 256, 64, 1, 1, 1, 56, () => new Conv1x1(1).CreateCuda(GpuPolicy.Require)),
        .. Of(32, 3, 64, 7, 2, 1, 224, () => new Conv7x7(1).CreateCuda(GpuPolicy.Require)),
        .. Of(32, 128, 128, 3, 1, 32, 56, () => new Conv3x3Grouped(1).CreateCuda(GpuPolicy.Require)),
        .. Of(32, 120, 120, 5, 1, 120, 28, () => new Conv5x5Depthwise(1).CreateCuda(GpuPolicy.Require)),
    ];

    /// <summary>One of them, in TF32 and in fp32; depthwise ones are none of tensor cores.</summary>
    public static IEnumerable<TimedCase> Of(int images, int inputs, int outputs, int kernel, int stride, int groups, int size, Func<GpuModule> create)
        => new[] { "TF32", "fp32" }.Where(p => p == "fp32" || (TimedCase.Usual == p && groups < inputs)).Select(products =>
        {
            int outSize = size / stride, x = images * inputs * size * size, y = images * outputs * outSize * outSize, weights = outputs * (inputs / groups) * kernel * kernel;
            string name = $"conv {kernel}x{kernel}{(stride == 1 ? "" : $" stride {stride}")}{(groups == 1 ? "" : $" in {groups} groups")}, {inputs} to {outputs}, {size} x {size}, {images} images";
            return new TimedCase(
                name, "inference", products, $"conv {images} {inputs} {outputs} {kernel} {stride} {groups} {size} {products}", 4.0 * (x + y + weights), (double)weights * images * outSize * outSize, IsCold: true, () =>
                {
                    GpuModule gpu = create();
                    if (gpu.Parameters.Sum(p => p.Length) != weights)
                        throw new InvalidOperationException($"{name} is declared with {gpu.Parameters.Sum(p => p.Length)} parameters; PyTorch's has {weights}.");

                    GpuBuffer from = TimedCall.Filled(gpu, x), to = gpu.Allocate(y);
                    return new TimedCall(gpu, () => gpu.Forward(from, to), from, to);
                });
        });
}
