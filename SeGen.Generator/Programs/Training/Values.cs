using SeGen.Generator.Ir;
using SeGen.Generator.Planning;
using SeGen.Generator.Text;

namespace SeGen.Generator.Programs.Training;

/// <summary>Layouts and names of values and their gradients, and the phrases that calls are made of.</summary>
internal sealed class Values
{
    private readonly StepIndex _index;
    private readonly ProgramBuilder _program;
    private readonly Dictionary<int, bool> _forInput = [];

    public Values(Graph graph, IReadOnlyList<Step> steps, ProgramBuilder program)
    {
        (Graph, _index, _program) = (graph, new StepIndex(graph, steps), program);
        foreach (LayerStep step in steps.Cast<LayerStep>().Where(s => s.Output >= 0))
        {
            int value = step.Output;
            _forInput[value] = !step.HasParameters && step.Reads.All(IsForInput);
            if (step.ScratchLength(isTraining: true) is > 0 and int length)
                program.Declare(V(value), value, null, length);
            else
            {
                program.Declare(V(value), value, PlaceOf(value));
                program.Declare(G(value), value, GradientPlaceOf(value));
            }
        }
    }

    public Graph Graph { get; }

    /// <summary>The buffer of a value.</summary>
    public static BufferId V(int value) => BufferId.Value(value);

    /// <summary>The buffer of a value's gradient.</summary>
    public static BufferId G(int value) => new(BufferRole.Gradient, value);

    /// <summary>A scratch buffer of a step.</summary>
    public static BufferId S(int step) => new(BufferRole.Scratch, step);

    /// <summary>
    /// Whether no parameter comes before a value, so that only the caller's wish for the input's gradient makes the value's needed.
    /// </summary>
    public bool IsForInput(int value) => value == 0 || _forInput[value];

    /// <summary>In planes where only ungrouped convolutions read few channels; with the border that its readers' padding needs.</summary>
    public Place PlaceOf(int value) => _index.PlaceOf(value);

    /// <summary>In blocks, with the zeros around it that the gradient of the convolution before it reads.</summary>
    public Place GradientPlaceOf(int value)
    {
        return PlaceOf(value) with { Border = ((LayerStep?)_index.Writer(value))?.GradientBorder ?? 0, IsPlanar = false };
    }

    /// <summary>The argument for the size of a value, where it comes at run time.</summary>
    public IEnumerable<Operand> Size(int value)
    {
        if (!PlaceOf(value).IsFixed)
            yield return new Operand(SizeName(value));
    }

    public string SizeName(int value) => $"_size{Numbers.Text(Graph.Tensors[value].Size)}";

    /// <summary>The number of a value's pixels as an expression.</summary>
    public string Pixels(int value)
    {
        Place place = PlaceOf(value);
        return place.IsFixed
            ? Numbers.Text((long)place.Height * place.Width)
            : $"(long)({SizeName(value)}.Height * {SizeName(value)}.Width)";
    }

    /// <summary>Adds a kernel whose cuts are the blocks of a value.</summary>
    public void Blocks(KernelSpec kernel, int value, bool forInput, params Operand[] operands)
    {
        Place place = PlaceOf(value);
        _program.Image($"{kernel.Name}.Run", kernel, Numbers.Text((place.Channels + 15) / 16), Work(value), forInput, operands);
    }

    /// <summary>Zeroes the border of a value or gradient, where it has one.</summary>
    public void Border(BufferId buffer, Place place, int value, bool forInput)
    {
        if (place.Border == 0)
            return;

        var kernel = new BorderKernel(place);
        _program.Image($"{kernel.Name}.Run", kernel, "", 0, forInput, [Operand.Ref(buffer), .. Size(value)]);
    }

    /// <summary>About the floats of a value; where its size is open, of a pixel.</summary>
    public long Work(int value)
    {
        Place place = PlaceOf(value);
        return place.IsFixed ? place.PaddedChannels * (long)place.Height * place.Width : place.PaddedChannels;
    }
}
