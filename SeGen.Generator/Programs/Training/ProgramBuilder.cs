using SeGen.Generator.Planning;

namespace SeGen.Generator.Programs.Training;

/// <summary>
/// Collects the parts of a training step in their order, splits them into stages, and notes from when to when each buffer of an image is in
/// use.
/// </summary>
internal sealed class ProgramBuilder
{
    private readonly Dictionary<BufferId, ArenaBuffer> _buffers = [];
    private readonly List<ImagePart> _stage = [];
    private readonly List<TrainingPart> _after = [];
    private List<(Stage, IReadOnlyList<TrainingPart>)> _stages = [];
    private string _comment = "";
    private int _time, _phase;

    /// <summary>The buffers with their lives, in the order in which they were first used.</summary>
    public IReadOnlyCollection<ArenaBuffer> Buffers => _buffers.Values;

    /// <summary>Says what a buffer is, once.</summary>
    public void Declare(BufferId id, int value, Place? place, int floats = 0)
    {
        if (!_buffers.ContainsKey(id))
            _buffers.Add(id, new ArenaBuffer(id, value, place, floats, int.MaxValue, -1, 0));
    }

    /// <summary>What the parts that follow are about.</summary>
    public void Comment(string text) => _comment = text;

    /// <summary>Adds a call for each image.</summary>
    public void Image(string method, KernelSpec? kernel, string cuts, long work, bool forInput, params Operand[] operands)
    {
        var part = new ImagePart(method, operands, kernel, cuts, work, forInput, _comment);
        _comment = "";
        Use(part);
        _stage.Add(part);
    }

    /// <summary>Adds a call that comes after the stage at hand, when all images are done so far.</summary>
    public void After(TrainingPart part) => _after.Add(part);

    /// <summary>Ends the stage.</summary>
    public void Break()
    {
        if (_stage.Count == 0 && _after.Count == 0)
            return;

        foreach (TrainingPart part in _after)
            Use(part);

        _stages.Add((new Stage(_phase++, [.. _stage]), [.. _after]));
        _phase += _after.OfType<SharedPart>().Count();
        _stage.Clear();
        _after.Clear();
    }

    /// <summary>Ends the pass.</summary>
    public Pass End()
    {
        Break();
        var pass = new Pass(_stages);
        _stages = [];
        return pass;
    }

    private void Use(TrainingPart part)
    {
        foreach (BufferId id in part.Buffers)
        {
            ArenaBuffer buffer = _buffers[id];
            _buffers[id] = buffer with { First = Math.Min(buffer.First, _time), Last = Math.Max(buffer.Last, _time) };
        }

        _time++;
    }
}
