using SeGen.Generator.Graphs;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Planning.Gpu;
using SeGen.Generator.Planning.Training;
using SeGen.Generator.Ptx.Layers;

namespace SeGen.Generator.Emit;

/// <summary>Writes the second file of a network that is declared with Emit.Cuda: its steps, line by line, and its kernels as PTX.</summary>
internal sealed class NetworkCudaEmitter
{
    private readonly GpuNetworkPlan _plan;
    private readonly SourceWriter _writer;

    private NetworkCudaEmitter(GpuNetworkPlan plan, SourceWriter writer) => (_plan, _writer) = (plan, writer);

    public static string Emit(NetworkSpec spec)
    {
        var plan = new GpuNetworkPlan(spec);
        return CudaFile.Write(spec.Type, spec.Declaration, "NetworkKernels", writer => new NetworkCudaEmitter(plan, writer).Kernels());
    }

    private void Kernels()
    {
        _writer.Line("/// <inheritdoc/>");
        _writer.Line($"public override int ArenaLength => {Numbers.Text(_plan.ArenaLength)};");
        _writer.Blank();
        _writer.Line("/// <inheritdoc/>");
        using (_writer.Block("public override void Infer(GpuSteps net)"))
        {
            Value(0);
            foreach (Step step in _plan.Steps)
            {
                _writer.Blank();
                Step(step);
            }

            if (_plan.Output == 0)
                _writer.Line($"net.Pointwise(v0, {Output()}, new GpuPointwise());");
        }

        CudaFile.Text(_writer, "Inference", InferenceModule.Write(_plan));
    }

    private void Step(Step step)
    {
        _writer.Line($"// {TrainingNames.Of(_plan.Spec, step)}");
        if (step is ConvStep { HasSums: true })
            _writer.Line($"var sums{Numbers.Text(step.Output)} = new GpuSums();");

        Value(step.Output);
        string y = V(step.Output);
        switch (step)
        {
            case ConvStep conv:
                _writer.Line($"net.Convolve({V(conv.X)}, {y}, new GpuConv({Name(conv.Conv.Scope, conv.Conv.Inside)}, Kernel: {Numbers.Text(conv.Conv.Window.Kernel)}){Settings(Of(conv))});");
                break;
            case LinearStep linear:
                string activation = linear.Activation == Activation.Identity ? "" : $", {Text(linear.Activation)}";
                _writer.Line($"net.Linear({V(linear.Linear.Input)}, {y}, {Name(linear.Linear.Scope, "")}{activation});");
                break;
            case PointwiseStep pointwise:
                _writer.Line($"net.Pointwise({V(pointwise.X)}, {y}, new GpuPointwise(){Settings(Of(pointwise))});");
                break;
            case PoolStep pool:
                Window window = pool.Pool.Window;
                _writer.Line(
                    $"net.Pool({V(pool.Pool.Input)}, {y}, isMaximum: {(pool.Pool.IsMaximum ? "true" : "false")}, kernel: {Numbers.Text(window.Kernel)}, stride: {Numbers.Text(window.Stride)}, padding: {Numbers.Text(window.Padding)});");
                break;
            case MeanStep mean:
                _writer.Line($"net.Mean({V(mean.Pool.Input)}, {y});");
                break;
            case FactorsStep factors:
                _writer.Line($"net.Gate({V(factors.Factors.Input)}, {y}, new GpuGate({NetworkDefinitionEmitter.Text(factors.Factors.Scope.Prefix + factors.Factors.Inside)}, Hidden: {Numbers.Text(factors.Factors.Gate.Hidden)}){Settings(Of(factors))});");
                break;
        }
    }

    /// <summary>Declares a value: its shape, and where it lies.</summary>
    private void Value(int value)
    {
        (int channels, int height, int width) = _plan.ShapeOf(value);
        string shape = $"{Numbers.Text(channels)}, {Numbers.Text(height)}, {Numbers.Text(width)}";
        _writer.Line($"GpuValue {V(value)} = {(value == 0 ? $"GpuValue.Input({shape})" : value == _plan.Output ? Output() : $"net.Value({shape}, at: {Numbers.Text(_plan.OffsetOf(value))})")};");
    }

    private string Output()
    {
        (int channels, int height, int width) = _plan.ShapeOf(_plan.Output);
        return $"GpuValue.Output({Numbers.Text(channels)}, {Numbers.Text(height)}, {Numbers.Text(width)})";
    }

    private static IEnumerable<string> Of(ConvStep step)
    {
        Window window = step.Conv.Window;
        return new[]
        {
            window.Stride == 1 ? "" : $"Stride = {Numbers.Text(window.Stride)}",
            window.Padding == 0 ? "" : $"Padding = {Numbers.Text(window.Padding)}",
            window.Dilation == 1 ? "" : $"Dilation = {Numbers.Text(window.Dilation)}",
            step.Conv.Groups == 1 ? "" : $"Groups = {Numbers.Text(step.Conv.Groups)}",
            step.HasSums ? $"Sums = sums{Numbers.Text(step.Output)}" : "",
        }.Concat(Ends(step.Norm, step.Factors, step.Residual, step.Activation));
    }

    private static IEnumerable<string> Of(PointwiseStep step) => Ends(step.Norm, step.Factors, step.Residual, step.Activation);

    private static IEnumerable<string> Ends(BatchNormOp? norm, int factors, int residual, Activation activation) =>
    [
        factors < 0 ? "" : $"Factors = {V(factors)}",
        norm is null ? "" : $"Norm = new NormSource({Name(norm.Scope, norm.Inside)}, {Numbers.Text(norm.Epsilon)}d)",
        residual < 0 ? "" : $"Residual = {V(residual)}",
        activation == Activation.Identity ? "" : $"Activation = {Text(activation)}",
    ];

    private static IEnumerable<string> Of(FactorsStep step)
    {
        GateSpec gate = step.Factors.Gate;
        return
        [
            $"Squeeze = global::SeGen.Squeeze.{gate.Squeeze}", $"Activation = {Text(gate.Activation)}", $"Gate = global::SeGen.Gate.{gate.Gate}",
            step.FromSums ? $"Sums = sums{Numbers.Text(step.Factors.Input)}" : "",
        ];
    }

    private static string Settings(IEnumerable<string> settings)
    {
        string[] written = [.. settings.Where(s => s.Length > 0)];
        return written.Length == 0 ? "" : $" {{ {string.Join(", ", written)} }}";
    }

    private static string V(int value) => $"v{Numbers.Text(value)}";

    private static string Text(Activation activation) => $"global::SeGen.Activation.{activation}";

    private static string Name(Scope scope, string inside) => NetworkDefinitionEmitter.Text((scope.Prefix + inside).TrimEnd('.'));
}
