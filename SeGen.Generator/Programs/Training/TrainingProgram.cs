using SeGen.Generator.Ir;
using SeGen.Generator.Planning;
using SeGen.Generator.Text;

namespace SeGen.Generator.Programs.Training;

/// <summary>An argument of a call: a buffer of the image at hand, or a text that is there as it is.</summary>
/// <param name="Text">"in", "ref", or the whole argument.</param>
/// <param name="Buffer">The buffer, or null.</param>
/// <param name="Plus">Floats behind the buffer's start, as an expression.</param>
internal sealed record Operand(string Text, BufferId? Buffer = null, string Plus = "0")
{
    public static Operand In(BufferId buffer, int plus = 0) => new("in", buffer, Numbers.Text(plus));

    public static Operand Ref(BufferId buffer, int plus = 0) => new("ref", buffer, Numbers.Text(plus));
}

/// <summary>Something that training does.</summary>
/// <param name="Method">The method, without arguments.</param>
/// <param name="Operands">The arguments, but for the cut.</param>
/// <param name="Kernel">The kernel whose method it is, or null.</param>
internal abstract record TrainingPart(string Method, IReadOnlyList<Operand> Operands, KernelSpec? Kernel)
{
    public IEnumerable<BufferId> Buffers => Operands.Select(o => o.Buffer).OfType<BufferId>();
}

/// <summary>A call for one image by itself.</summary>
/// <param name="Cuts">How many cuts there are to loop over, as an expression; "" where the method has none.</param>
/// <param name="Work">About the floats that are read, for one image (of a pixel of the input where sizes are open).</param>
/// <param name="ForInput">Whether only the input's gradient needs it.</param>
/// <param name="Comment">What is done, where a new step begins.</param>
internal sealed record ImagePart(
    string Method, IReadOnlyList<Operand> Operands, KernelSpec? Kernel, string Cuts, long Work, bool ForInput, string Comment = "")
    : TrainingPart(Method, Operands, Kernel);

/// <summary>A call for the whole batch, on the caller's thread.</summary>
internal sealed record BatchPart(string Method, IReadOnlyList<Operand> Operands) : TrainingPart(Method, Operands, null);

/// <summary>A kernel that reads all images of the batch, its cuts shared among threads.</summary>
internal sealed record SharedPart(
    string Method, IReadOnlyList<Operand> Operands, KernelSpec? Kernel, string Cuts, long Work) : TrainingPart(Method, Operands, Kernel);

/// <summary>What runs for each image by itself until all images must be done: the parts of one phase.</summary>
internal sealed record Stage(int Phase, IReadOnlyList<ImagePart> Parts);

/// <summary>A training step's order: stages, and between them what the batch as a whole needs.</summary>
/// <param name="Stages">Stages with what follows each.</param>
internal sealed record Pass(IReadOnlyList<(Stage Stage, IReadOnlyList<TrainingPart> After)> Stages);

/// <summary>A layer with parameters, as an object of the runtime that packs them and collects their gradients.</summary>
/// <param name="Field">The field that holds it.</param>
/// <param name="Type">Its class.</param>
/// <param name="Arguments">What its constructor takes after the parameters.</param>
/// <param name="Comment">The layer's name.</param>
internal sealed record TrainedLayer(string Field, string Type, string Arguments, string Comment);

/// <summary>What is decided about training a network.</summary>
internal sealed record TrainingPlan(
    NetworkSpec Spec, Pass Forward, Pass Backward, IReadOnlyList<TrainedLayer> Layers, BufferTable Buffers, long ImageLength, int Slots)
{
    public Graph Graph => Spec.Graph;

    public bool IsFixed => Graph.IsFixed;

    /// <summary>Floats that each thread needs for itself while it takes an image through a stage.</summary>
    public int Workspace => Kernels.Select(k => k.TrainingWorkspaceLength).DefaultIfEmpty(0).Max();

    public IEnumerable<KernelSpec> Kernels => new[] { Forward, Backward }
        .SelectMany(p => p.Stages)
        .SelectMany(s => s.Stage.Parts.Concat<TrainingPart>(s.After))
        .Select(p => p.Kernel)
        .OfType<KernelSpec>();
}
