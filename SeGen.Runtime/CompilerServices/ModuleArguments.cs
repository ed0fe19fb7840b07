using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace SeGen.CompilerServices;

/// <summary>Checks of what callers pass, with messages that say what was given and what is needed.</summary>
internal static class ModuleArguments
{
    /// <summary>The declared size, or an error where there is none.</summary>
    public static (int Height, int Width) DeclaredSize(ModuleDefinition module)
        => module.Height > 0
            ? (module.Height, module.Width)
            : throw new InvalidOperationException(
                $"{module.Name} does not fix Height and Width: pass them, or write them in its attribute.");

    /// <summary>Checks a size that was passed.</summary>
    public static void CheckSize(ModuleDefinition module, int height, int width)
    {
        if (height < 1)
            throw new ArgumentOutOfRangeException(nameof(height), height, $"{module.Name} needs a height of at least 1.");

        if (width < 1)
            throw new ArgumentOutOfRangeException(nameof(width), width, $"{module.Name} needs a width of at least 1.");

        if ((long)height * width > int.MaxValue / module.InputChannels)
            throw new ArgumentException(
                $"{module.Name}: an image of {module.InputChannels} x {height} x {width} has more values than a span can hold.",
                nameof(height));

        if (module.Height > 0 && (height, width) != (module.Height, module.Width))
            throw new ArgumentException(
                $"{module.Name} is declared for {module.Height} x {module.Width} pixels and was given {height} x {width}.",
                height != module.Height ? nameof(height) : nameof(width));
    }

    /// <summary>Refuses an empty input by its own name, before the output's length is said to be wrong for it.</summary>
    public static void CheckNotEmpty(ModuleDefinition module, ReadOnlySpan<float> input, int height, int width)
    {
        if (input.IsEmpty)
            throw new ArgumentException(
                $"{module.Name} needs one image or more of {module.InputChannels} x {height} x {width} values; the input is empty (a "
                    + $"null array is an empty span).", nameof(input));
    }

    /// <summary>The number of images in the input, with the output's length checked against it.</summary>
    public static int Batch(ModuleDefinition module, ReadOnlySpan<float> input, ReadOnlySpan<float> output, int height, int width)
    {
        // Nothing in and nothing out is a batch of no images.
        if (!output.IsEmpty)
            CheckNotEmpty(module, input, height, width);

        int batch = Batch(module, input.Length, output.Length, height, width);
        CheckOverlap(module, input, output, module.InPlace, nameof(output));
        return batch;
    }

    /// <summary>The number of images in so many values of an input, with those of the output checked against it.</summary>
    public static int Batch(ModuleDefinition module, int input, int output, int height, int width)
    {
        long image = (long)module.InputChannels * height * width;
        if (input % image != 0)
            throw new ArgumentException(
                $"{module.Name} needs whole images of {module.InputChannels} x {height} x {width} = {image:N0} values and was given "
                    + $"{input:N0}.", nameof(input));

        int batch = (int)(input / image);
        (int outHeight, int outWidth) = module.OutputSize(height, width);
        CheckLength(module, output, batch, [module.OutputChannels, outHeight, outWidth], nameof(output));
        return batch;
    }

    /// <summary>Checks that a span holds exactly the images that it must.</summary>
    public static void CheckLength(ModuleDefinition module, int given, int batch, ReadOnlySpan<int> shape, string name)
    {
        long needed = batch;
        foreach (int size in shape)
            needed *= size;

        if (given != needed)
            throw new ArgumentException(
                $"{module.Name} needs {batch} x {string.Join(" x ", shape.ToArray())} = {needed:N0} values here and was given "
                    + $"{given:N0}{(given == 0 ? " (a null array is an empty span)" : "")}.", name);
    }

    /// <summary>Refuses spans that overlap, but for the very same one where that is allowed.</summary>
    public static void CheckOverlap(
        ModuleDefinition module, ReadOnlySpan<float> input, ReadOnlySpan<float> output, bool inPlace, string name)
    {
        if (input.Overlaps(output, out int offset) && !(inPlace && offset == 0 && input.Length == output.Length))
            throw new ArgumentException(
                inPlace
                    ? $"{module.Name} writes to its own input only where both are the same span; these overlap otherwise."
                    : $"{module.Name} cannot write where it reads; the spans overlap.",
                name);
    }

    /// <summary>What a batch norm says that cannot be trained on what it gets.</summary>
    public static ArgumentException OneValue(string layer, string argument) => new(
        $"The batch norm {layer} gets one value for each channel, which has no variance: train on more images or pixels, or set "
            + $"FreezeStatistics.", argument);

    /// <summary>The elements and size of a dense tensor [C, H, W] or [N, C, H, W].</summary>
    public static ReadOnlySpan<float> Dense(
        ModuleDefinition module, in ReadOnlyTensorSpan<float> tensor, int channels, string name, out int batch, out int height,
        out int width)
    {
        ReadOnlySpan<nint> shape = tensor.Lengths;
        if (shape.Length is not (3 or 4) || shape[^3] != channels)
            throw new ArgumentException(
                $"{module.Name} needs a tensor [{channels}, H, W] or [N, {channels}, H, W] and was given "
                    + $"[{string.Join(", ", shape.ToArray())}].", name);

        if (!tensor.IsDense)
            throw new ArgumentException($"{module.Name} needs a dense tensor in row-major order; this one has gaps.", name);

        batch = shape.Length == 4 ? checked((int)shape[0]) : 1;
        height = checked((int)shape[^2]);
        width = checked((int)shape[^1]);
        return tensor.IsEmpty
            ? []
            : MemoryMarshal.CreateReadOnlySpan(in tensor.GetPinnableReference(), checked((int)tensor.FlattenedLength));
    }

    /// <summary>The elements of a dense tensor to write, with its shape checked.</summary>
    public static Span<float> Dense(ModuleDefinition module, in TensorSpan<float> tensor, int batch, ReadOnlySpan<int> shape, string name)
    {
        ReadOnlySpan<float> dense = Dense(
            module, (ReadOnlyTensorSpan<float>)tensor, shape[0], name, out int images, out int height, out int width);
        if (images != batch || height != shape[1] || width != shape[2])
            throw new ArgumentException(
                $"{module.Name} needs an output of {batch} x {string.Join(" x ", shape.ToArray())} here and was given {images} x "
                    + $"{shape[0]} x {height} x {width}.", name);

        return MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(dense), dense.Length);
    }
}
