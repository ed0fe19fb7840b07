using SeGen.Generator.Ir;
using SeGen.Generator.Planning;
using SeGen.Generator.Text;

namespace SeGen.Generator.Programs.Training;

/// <summary>Where a gradient goes, and whether it is added to what is there.</summary>
internal sealed record Target(Place Place, bool Adds)
{
    public string Text => $"{(Adds ? "Add" : "Set")}{(Place.Border > 0 ? $"b{Numbers.Text(Place.Border)}" : "")}";

    /// <summary>The statement for one pixel.</summary>
    public string Store(Lanes lanes, string value, string to, string at)
        => lanes.Store(Adds ? $"{lanes.Load(to, at)} + {value}" : value, to, at);
}

/// <summary>What the steps of a training pass write their calls with.</summary>
/// <param name="spec">The network.</param>
/// <param name="values">Layouts and names of values and gradients.</param>
/// <param name="parts">The program so far.</param>
/// <param name="layers">The layers with parameters so far.</param>
internal sealed class TrainingBuilder(NetworkSpec spec, Values values, ProgramBuilder parts, List<TrainedLayer> layers)
{
    /// <summary>Gradients that something has been written to: the next one adds.</summary>
    private readonly HashSet<int> _there = [];

    public NetworkSpec Spec => spec;

    public Graph Graph => spec.Graph;

    public Values Values => values;

    public ProgramBuilder Parts => parts;

    /// <summary>Adds a layer with parameters.</summary>
    public void Add(TrainedLayer layer) => layers.Add(layer);

    /// <summary>The border of a step's output, where it has one.</summary>
    public void Border(int value) => values.Border(Values.V(value), values.PlaceOf(value), value, forInput: false);

    /// <summary>The caller's image of a value's floats.</summary>
    /// <param name="phrase">"in Given" or "ref Wanted".</param>
    /// <param name="value">The value.</param>
    public Operand Caller(string phrase, int value)
    {
        Place place = values.PlaceOf(value);
        string length = place.IsFixed
            ? Numbers.Text(place.Channels * (long)place.Height * place.Width)
            : $"{Numbers.Text(place.Channels)} * {values.Pixels(value)}";
        return new Operand($"{phrase}(image, {length})");
    }

    /// <summary>
    /// Where a value's gradient goes: the first one is written, the next one added; before the first its border is zeroed.
    /// </summary>
    public Target Send(int value, bool? forInput = null)
    {
        Place place = values.GradientPlaceOf(value);
        bool adds = !_there.Add(value);
        if (!adds)
            values.Border(Values.G(value), place, value, forInput ?? values.IsForInput(value));

        return new Target(place, adds);
    }

    /// <summary>The floats of a place as an expression.</summary>
    public string Length(Place place, int value)
        => place.IsFixed
            ? Numbers.Text(place.Length)
            : $"{values.SizeName(value)}.Length({Numbers.Text(place.Blocks)}, {Numbers.Text(place.Pixel)}, {Numbers.Text(place.Border)})";
}
