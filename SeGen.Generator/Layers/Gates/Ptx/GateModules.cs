using SeGen.Generator.Ptx;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Ptx;

/// <summary>The two modules of a gate: what inference and the way forward in training need, and what the way back needs.</summary>
internal static class GateModules
{
    public const string Sums = "sums", Scale = "scale", Group = "group", Image = "image", Parameters = "parameters";

    /// <summary>y = s x.</summary>
    public static string Forward(GateLaunch launch) => PtxModuleText.Of(
        $"y = s x with s = gate(W2 act(W1 z + b1) + b2) and z from the pixels of x: {Size(launch)}.",
        Kernels(launch, GateForward.Arrays, context => new GateForward(context)));

    /// <summary>dx = s dy + what comes back through s, and the parameters' gradients.</summary>
    public static string Backward(GateLaunch launch)
    {
        List<string> kernels = Kernels(launch, GateBackward.Arrays, context => new GateBackward(context));
        if (launch.WeightsLength > 0)
            kernels.Add(Kernel(Parameters, launch, GateParameterGradients.Arrays, [("u32", "images")], GateParameterGradients.Write));

        return PtxModuleText.Of($"Gradients of y = s x, of x and of the parameters: {Size(launch)}.", kernels);
    }

    /// <summary>Bytes of shared memory of the form for images; 0 where there is none.</summary>
    public static int ImageBytes(GateLaunch launch, bool isBackward)
    {
        if (launch.IsOpen || !launch.HasImageForm(isBackward ? 2 : 1))
            return 0;

        var context = new GateContext(launch, new PtxWriter(Image, [], launch.Threads), []);
        return (int)GateImage.SharedBytes(launch, isBackward ? new GateBackward(context) : new GateForward(context));
    }

    private static List<string> Kernels(GateLaunch launch, string[] arrays, Func<GateContext, GatePass> pass)
    {
        (string, string)[] open = launch.IsOpen ? [("u32", "pixels"), ("f32", "share")] : [];
        var kernels = new List<string>
        {
            Kernel(Sums, launch, arrays, open, context => GatePortable.WriteSums(context, pass(context))),
            Kernel(Scale, launch, arrays, open, context => GatePortable.WriteScale(context, pass(context))),
        };
        if (launch.IsOpen)
            return kernels;

        kernels.Add(Kernel(
            Group, launch, arrays, [.. GateGroup.Parameters.Select(name => ("u32", name))],
            context => new GateGroup(context, pass(context)).Write()));
        if (ImageBytes(launch, arrays == GateBackward.Arrays) > 0)
            kernels.Add(Kernel(
                Image, launch with { Threads = GateLaunch.ImageThreads }, arrays, [],
                context => new GateImage(context, pass(context)).Write()));

        return kernels;
    }

    /// <summary>
    /// Written twice: once to learn which of its arrays a kernel needs, then with these alone. All kernels of a module have the same
    /// parameters.
    /// </summary>
    private static string Kernel(string name, GateLaunch launch, string[] arrays, (string, string)[] numbers, Action<GateContext> write)
    {
        HashSet<string> used = [.. arrays];
        for (int pass = 0; ; pass++)
        {
            var writer = new PtxWriter(name, [.. arrays.Select(a => ("u64", a)), .. numbers], launch.Threads);
            var context = new GateContext(launch, writer, arrays.Where(used.Contains));
            write(context);
            if (pass > 0)
                return writer.ToString();

            used = context.Used;
        }
    }

    private static string Size(GateLaunch launch)
        => $"{Numbers.Text(launch.Channels)} channels, {Numbers.Text(launch.Gate.Hidden)} hidden, "
            + $"{(launch.IsOpen ? "any size" : $"{Numbers.Text(launch.Height)} x {Numbers.Text(launch.Width)}")}";
}
