using SeGen.Generator.Layers.Gates.Ptx;
using SeGen.Generator.Model;
using SeGen.Generator.Text;
using SeGen.Generator.Writing;

namespace SeGen.Generator.Layers.Gates.Alone;

/// <summary>Writes the second file of a gate that is declared with Emit.Cuda: CreateCuda, and the kernels as PTX.</summary>
internal static class GateCudaEmitter
{
    public static string Emit(SEBlockPlan plan, CancellationToken cancellation = default)
        => CudaFile.Write(plan.Spec.Type, plan.Spec.Declaration, "GateKernels", writer =>
        Kernels(writer, new GateLaunch(plan.Gate, plan.Spec.Height, plan.Spec.Width), plan.Trains), cancellation);

    private static void Kernels(SourceWriter writer, GateLaunch launch, bool trains)
    {
        writer.Line("/// <inheritdoc/>");
        writer.Line("public override GateGeometry Geometry { get; } = new()");
        writer.Line("{");
        using (writer.Indent())
        {
            foreach ((string name, string value, string comment) in Geometry(launch, trains))
                writer.Line($"{name} = {value},{(comment.Length > 0 ? " // " + comment : "")}");
        }

        writer.Line("};");
        CudaFile.Text(writer, "Forward", GateModules.Forward(launch));
        if (trains)
            CudaFile.Text(writer, "Backward", GateModules.Backward(launch));
    }

    private static IEnumerable<(string Name, string Value, string Comment)> Geometry(GateLaunch launch, bool trains)
    {
        yield return ("Channels", Numbers.Text(launch.Channels), "");
        yield return ("Parameters", Numbers.Text(launch.WeightsLength), "");
        yield return ("Threads", Numbers.Text(launch.Threads), "");
        yield return ("Chunks", Numbers.Text(launch.Chunks), launch.IsWarps
            ? $"of {Numbers.Text(launch.UnitsOfBlock)} channels, a warp for each"
            : $"a channel in {Numbers.Text(launch.Parts)} part{(launch.Parts == 1 ? "" : "s")}, a block for each");
        yield return ("ChunkBytes", Numbers.Text(launch.IsOpen ? 0 : launch.ChunkBytes), "");
        yield return ("Partials", Numbers.Text(launch.PartialsOfImage), "");
        yield return ("State", Numbers.Text(launch.StateOfImage), "");
        yield return ("Changes", Numbers.Text(launch.ChangesOfImage), "");
        if (GateModules.ImageBytes(launch, isBackward: false) is > 0 and int image)
        {
            yield return ("ImageThreads", Numbers.Text(GateLaunch.ImageThreads), "");
            yield return ("ImageBytes", Numbers.Text(image), "a whole image in shared memory");
        }

        if (trains && GateModules.ImageBytes(launch, isBackward: true) is > 0 and int both)
            yield return ("ImageGradientBytes", Numbers.Text(both), "and its gradient");

        if (launch.IsOpen)
            yield return ("IsOpen", "true", "");

        if (launch.Gate.Squeeze == Squeeze.SumOverHPlusW)
            yield return ("DividesByPerimeter", "true", "");
    }
}
