using SeGen.Generator.Ir;
using SeGen.Generator.Planning;

namespace SeGen.Generator.Programs;

/// <summary>Collects what a step of inference runs: calls before its phases, phases, calls after them.</summary>
internal sealed class StepProgram(NetworkPlanner planner, LayerStep step, int index)
{
    private readonly List<Call> _before = [], _after = [];
    private readonly List<Phase> _phases = [];
    private readonly List<ArenaBuffer> _scratch = [];
    private Packing? _packing;
    private Observation? _observation;
    private int _weights;
    private long? _computed;

    public NetworkPlanner Planner => planner;

    public Graph Graph => planner.Graph;

    /// <summary>The packed weights of the step.</summary>
    public Argument Weights { get; } = new WeightsArgument();

    public Argument Workspace { get; } = new WorkspaceArgument();

    /// <summary>The caller's input.</summary>
    public Argument Given { get; } = new CallerArgument(IsInput: true);

    /// <summary>The caller's output.</summary>
    public Argument Wanted { get; } = new CallerArgument(IsInput: false);

    public Place PlaceOf(int value) => planner.PlaceOf(value);

    /// <summary>A value.</summary>
    public Argument Value(int value) => new BufferArgument(BufferId.Value(value), planner.OutputAt(value));

    /// <summary>The same where there is one.</summary>
    public Argument? Optional(int value) => value < 0 ? null : Value(value);

    /// <summary>A place in the step's own output, which is a gate's scratch.</summary>
    public BufferArgument Inside(int at) => new(BufferId.Value(step.Output), at);

    /// <summary>A buffer beside a value.</summary>
    public static Argument Beside(BufferRole role, int value) => new BufferArgument(new BufferId(role, value), 0);

    /// <summary>The size of a value; null where it is fixed.</summary>
    public Argument? SizeOf(int value) => OpenSize(value) is >= 0 and int size ? new SizeArgument(size) : null;

    /// <summary>Work in proportion to the floats of a value.</summary>
    public Work Floats(int value)
    {
        Place place = PlaceOf(value);
        return place.IsFixed ? new Work(place.Length) : new Work(place.PaddedChannels, OpenSize(value));
    }

    /// <summary>The graph's size of a value where it comes at run time, or below 0.</summary>
    public int OpenSize(int value)
    {
        Tensor tensor = Graph.Tensors[value];
        return Graph.SizeOf(tensor).IsFixed ? -1 : tensor.Size;
    }

    /// <summary>How the parameters become packed weights, and how many floats they are.</summary>
    public void Pack(Packing packing, long length) => (_packing, _weights) = (packing, checked((int)length));

    /// <summary>
    /// A buffer beside the output, in use until the last step that reads sums where those are meant, else by this step alone.
    /// </summary>
    /// <param name="role">What it is for.</param>
    /// <param name="floats">Its floats, or those of a band.</param>
    /// <param name="bandRows">Rows of a band, or 0.</param>
    public void Declare(BufferRole role, int floats, int bandRows = 0)
    {
        int last = role == BufferRole.Sums ? planner.LastReaderOfSums(step.Output, index) : index;
        _scratch.Add(new ArenaBuffer(new BufferId(role, step.Output), step.Output, null, floats, index, last, 0) { BandRows = bandRows });
    }

    /// <summary>A call on the caller's thread, before the phases.</summary>
    public void Before(Call call) => _before.Add(call);

    /// <summary>A phase of the step; the last one is the one that writes the output.</summary>
    public void Parallel(Call call, Cuts cuts, Work work) => _phases.Add(new Phase(0, cuts, work, [(call, 1)]));

    /// <summary>A call on the caller's thread, after the phases.</summary>
    public void After(Call call) => _after.Add(call);

    /// <summary>Tells the factors of a gate.</summary>
    public void Observe(string layer, BufferArgument factors, int channels) => _observation = new Observation(layer, factors, channels);

    /// <summary>Multiply-adds of the way in which it is computed, where that is another.</summary>
    public void Computes(long multiplyAdds) => _computed = multiplyAdds;

    /// <summary>The step as it is planned, its weights behind those of the steps before.</summary>
    /// <param name="weightsAt">Where they begin.</param>
    /// <param name="steps">How many steps there are: phases before the last one have numbers behind theirs.</param>
    public PlannedStep Build(int weightsAt, int steps)
    {
        Phase[] phases = [.. _phases.Select((p, i) => p with { Number = i == _phases.Count - 1 ? index : steps + index })];
        return new PlannedStep(step, _before, phases, _after, weightsAt, _weights)
        {
            Packing = _packing,
            Observation = _observation,
            Scratch = _scratch,
            Computed = _computed ?? step.MultiplyAddsOf(Graph),
        };
    }
}
