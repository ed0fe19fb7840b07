using SeGen.Generator.Ir;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs.Gpu;
using SeGen.Generator.Programs.Training;
using SeGen.Generator.Ptx.Layers;
using SeGen.Generator.Ptx.Layers.Training;
using SeGen.Generator.Text;

namespace SeGen.Generator.Writing;

/// <summary>Writes the second file of a network that is declared with Emit.Cuda: its steps, line by line, and its kernels as PTX.</summary>
internal sealed class NetworkCudaEmitter
{
    private readonly NetworkSpec _spec;
    private readonly SourceWriter _writer;
    private readonly Func<int, string> _value;
    private readonly bool _isTraining;

    /// <summary>An emitter of one way through the network.</summary>
    /// <param name="spec">The network.</param>
    /// <param name="writer">The file.</param>
    /// <param name="isTraining">Whether it is training.</param>
    /// <param name="value">How a value is declared, by its number.</param>
    private NetworkCudaEmitter(NetworkSpec spec, SourceWriter writer, bool isTraining, Func<int, string> value) => (_spec, _writer, _isTraining, _value) = (spec, writer, isTraining, value);

    public static string Emit(NetworkSpec spec, CancellationToken cancellation = default) => CudaFile.Write(spec.Type, spec.Declaration, "NetworkKernels", writer =>
    {
        (string inference, string inferenceOnTensorCores) = Inference(spec, writer);
        (string training, string trainingOnTensorCores) = spec.InferenceOnly ? ("", "") : Training(spec, writer);
        var modules = new List<(string Property, string Text)> { ("Inference", inference), ("Training", training) };
        if (spec.Convolutions != Convolutions.Strict)
            modules.AddRange([("InferenceOnTensorCores", inferenceOnTensorCores), ("TrainingOnTensorCores", trainingOnTensorCores)]);

        foreach ((string property, string text) in modules.Where(m => m.Text.Length > 0))
            CudaFile.Text(writer, property, text);
    }, cancellation);

    /// <summary>Writes the steps of inference, and returns the kernels that they ask for.</summary>
    private static (string Text, string TensorCores) Inference(NetworkSpec spec, SourceWriter writer)
    {
        var plan = new GpuInferencePlan(spec);
        string output = $"GpuValue.Output({Shape(spec, plan.Output)})";
        var emitter = new NetworkCudaEmitter(spec, writer, isTraining: false, value =>
            value == 0 ? $"GpuValue.Input({Shape(spec, 0)})" : value == plan.Output ? output : $"net.Value({Shape(spec, value)}, at: {Numbers.Text(plan.OffsetOf(value))})");
        emitter.Way("ArenaLength", "Infer(GpuSteps net)", plan, plan.Output == 0 ? $"net.Pointwise(v0, {output}, new GpuPointwise());" : null);
        return InferenceModule.Write(plan);
    }

    /// <summary>The same of training.</summary>
    private static (string Text, string TensorCores) Training(NetworkSpec spec, SourceWriter writer)
    {
        var plan = new GpuTrainingPlan(spec);
        var emitter = new NetworkCudaEmitter(spec, writer, isTraining: true, value => value == 0
            ? $"GpuValue.Input({Shape(spec, 0)})"
            : $"net.Value({Shape(spec, value)}, at: {Numbers.Text(plan.OffsetOf(value))}, gradientAt: {Numbers.Text(plan.GradientOf(value))})");
        writer.Blank();
        emitter.Way("TrainingLength", "Train(GpuTraining net)", plan, $"net.End({V(plan.Output)});");
        return TrainingModule.Write(plan);
    }

    /// <summary>The memory of a way through the network, and its steps.</summary>
    private void Way(string length, string method, GpuPlan plan, string? end)
    {
        _writer.Line("/// <inheritdoc/>");
        _writer.Line($"public override int {length} => {Numbers.Text(plan.ArenaLength)};");
        _writer.Blank();
        _writer.Line("/// <inheritdoc/>");
        using (_writer.Block($"public override void {method}"))
        {
            Value(0);
            foreach (Step step in plan.Steps)
            {
                _writer.Blank();
                Step(step);
            }

            if (end is not null)
            {
                _writer.Blank();
                _writer.Line(end);
            }
        }
    }

    private void Step(Step step)
    {
        _writer.Line($"// {TrainingNames.Of(_spec, step)}");
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
            case DropoutStep dropout:
                _writer.Line($"net.Dropout({V(dropout.Dropout.Input)}, {y}, number: {Numbers.Text(dropout.Number)}, probability: {Numbers.Text(dropout.Dropout.Probability)}d);");
                break;
            case FactorsStep factors:
                _writer.Line($"net.Gate({V(factors.Factors.Input)}, {y}, new GpuGate({NetworkDefinitionEmitter.Text(factors.Factors.Scope.Prefix + factors.Factors.Inside)}, Hidden: {Numbers.Text(factors.Factors.Gate.Hidden)}){Settings(Of(factors))});");
                break;
        }
    }

    /// <summary>Declares a value: its shape, and where it lies.</summary>
    private void Value(int value) => _writer.Line($"GpuValue {V(value)} = {_value(value)};");

    private static string Shape(NetworkSpec spec, int value)
    {
        Tensor tensor = spec.Graph.Tensors[value];
        SizeRule size = spec.Graph.SizeOf(tensor);
        return $"{Numbers.Text(tensor.Channels)}, {Numbers.Text(size.Height)}, {Numbers.Text(size.Width)}";
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

    private IEnumerable<string> Of(PointwiseStep step) => Ends(step.Norm, step.Factors, step.Residual, step.Activation).Append(
        _isTraining && step.Norm is { } norm ? $"Momentum = {Numbers.Text(norm.Momentum)}d" : "");

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
