using SeGen.Generator.Ir;

namespace SeGen.Generator.Planning;

/// <summary>Who writes and who reads each value among steps, and the layout of each, worked out once.</summary>
internal sealed class StepIndex
{
    private readonly Graph _graph;
    private readonly Dictionary<int, List<int>> _readers = [];
    private readonly Dictionary<int, Step> _writers = [];
    private readonly Dictionary<int, Place> _places = [];

    public StepIndex(Graph graph, IReadOnlyList<Step> steps)
    {
        (_graph, Steps) = (graph, steps);
        for (int i = 0; i < steps.Count; i++)
        {
            _writers[steps[i].Output] = steps[i];
            foreach (int value in steps[i].Reads.Distinct())
            {
                if (!_readers.TryGetValue(value, out List<int>? readers))
                    _readers[value] = readers = [];

                readers.Add(i);
            }
        }
    }

    public IReadOnlyList<Step> Steps { get; }

    /// <summary>The steps that read a value.</summary>
    public IEnumerable<Step> Readers(int value) => _readers.TryGetValue(value, out List<int>? readers) ? readers.Select(i => Steps[i]) : [];

    /// <summary>The last step that reads a value, or another number where none does.</summary>
    public int LastReader(int value, int otherwise)
        => _readers.TryGetValue(value, out List<int>? readers) ? readers[readers.Count - 1] : otherwise;

    /// <summary>The last step of a kind that reads a value, or another number where none does.</summary>
    public int LastReader(int value, int otherwise, Func<Step, bool> isOfKind)
        => _readers.TryGetValue(value, out List<int>? readers)
            ? readers.Where(i => isOfKind(Steps[i])).DefaultIfEmpty(otherwise).Last()
            : otherwise;

    /// <summary>The step that writes a value.</summary>
    public Step? Writer(int value) => _writers.TryGetValue(value, out Step? step) ? step : null;

    /// <summary>The layout of a value.</summary>
    public Place PlaceOf(int value)
    {
        if (!_places.TryGetValue(value, out Place? place))
            _places[value] = place = ValuePlaces.Of(_graph, [.. Readers(value)], value);

        return place;
    }
}
