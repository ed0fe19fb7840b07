using SeGen.Generator.Ir;
using SeGen.Generator.Model;
using SeGen.Generator.Programs;
using SeGen.Generator.Programs.Gpu;
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
    private NetworkCudaEmitter(NetworkSpec spec, SourceWriter writer, bool isTraining, Func<int, string> value)
        => (_spec, _writer, _isTraining, _value) = (spec, writer, isTraining, value);

    public static string Emit(NetworkSpec spec, CancellationToken cancellation = default)
        => CudaFile.Write(spec.Type, spec.Declaration, "NetworkKernels", writer =>
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
            value == 0
                ? $"GpuValue.Input({Shape(spec, 0)})"
                : value == plan.Output ? output : $"net.Value({Shape(spec, value)}, at: {Numbers.Text(plan.OffsetOf(value))})");
        emitter.Way(
            "ArenaLength", "Infer(GpuSteps net)", plan, plan.Output == 0 ? $"net.Pointwise(v0, {output}, new GpuPointwise());" : null);
        return InferenceModule.Write(plan);
    }

    /// <summary>The same of training.</summary>
    private static (string Text, string TensorCores) Training(NetworkSpec spec, SourceWriter writer)
    {
        var plan = new GpuTrainingPlan(spec);
        var emitter = new NetworkCudaEmitter(spec, writer, isTraining: true, value => value == 0
            ? $"GpuValue.Input({Shape(spec, 0)})"
            : $"net.Value({Shape(spec, value)}, at: {Numbers.Text(plan.OffsetOf(value))}, gradientAt: "
                + $"{Numbers.Text(plan.GradientOf(value))})");
        writer.Blank();
        emitter.Way("TrainingLength", "Train(GpuTraining net)", plan, $"net.End({V(plan.Output)});");
        return TrainingModule.Write(plan);
    }

    /// <summary>The memory of a way through the network, and its steps.</summary>
    private void Way(string length, string method, GpuPlan plan, string? end)
    {
        _writer.Line("/// <inheritdoc/>");
        _writer.Line($"public override int {length} => {plan.ArenaLength};");
        _writer.Blank();
        _writer.Line("/// <inheritdoc/>");
        using (_writer.Block($"public override void {method}"))
        {
            Value(0);
            foreach (LayerStep step in plan.Steps)
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

    private void Step(LayerStep step)
    {
        _writer.Line($"// {step.TrainingNameOf(_spec)}");
        if (step.LeavesSums)
            _writer.Line($"var sums{step.Output} = new GpuSums();");

        Value(step.Output);
        step.WriteGpu(new GpuWriter(_writer, _isTraining));
    }

    /// <summary>Declares a value: its shape, and where it lies.</summary>
    private void Value(int value) => _writer.Line($"GpuValue {V(value)} = {_value(value)};");

    private static string Shape(NetworkSpec spec, int value)
    {
        Tensor tensor = spec.Graph.Tensors[value];
        SizeRule size = spec.Graph.SizeOf(tensor);
        return $"{Numbers.Text(tensor.Channels)}, {Numbers.Text(size.Height)}, {Numbers.Text(size.Width)}";
    }

    private static string V(int value) => $"v{Numbers.Text(value)}";
}
