namespace SeGen.Generator.Ptx;

/// <summary>The text of a module: its instruction set and oldest architecture come as pairs that belong together, never freely.</summary>
internal static class PtxModuleText
{
    /// <summary>Turing and later, with every driver since CUDA 11.0.</summary>
    private const string Base = ".version 7.0\n.target sm_75\n.address_size 64\n";

    public static string Of(string comment, IEnumerable<string> kernels) => $"// {comment}\n{Base}\n{string.Join("\n", kernels)}";

    /// <summary>A gate's kernels: the portable form, of two launches.</summary>
    public static string Of(GateLaunch launch) => Of(
        $"y = s x with s = gate(W2 act(W1 z + b1) + b2) and z from the pixels of x: {launch.Channels} channels, {launch.Gate.Hidden} hidden, {(launch.IsOpen ? "any size" : $"{launch.Height} x {launch.Width}")}.",
        [GateSqueezeKernel.Write("squeeze", launch), GateScaleKernel.Write("scale", launch)]);
}
