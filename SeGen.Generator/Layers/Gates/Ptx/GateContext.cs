using SeGen.Generator.Ptx;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Ptx;

/// <summary>A kernel of a gate while it is written: its text, its shape, the arrays it was given, its threads.</summary>
internal sealed class GateContext
{
    private readonly Dictionary<string, string> _arrays;

    /// <summary>Begins the kernel: arrays that it uses are loaded from its parameters.</summary>
    public GateContext(GateLaunch launch, PtxWriter writer, IEnumerable<string> arrays)
    {
        (Launch, Writer) = (launch, writer);
        _arrays = arrays.ToDictionary(name => name, writer.Pointer);
        Thread = new PtxThread(writer);
    }

    /// <summary>Arrays that were asked for so far.</summary>
    public HashSet<string> Used { get; } = [];

    public GateLaunch Launch { get; }

    public PtxWriter Writer { get; }

    public PtxThread Thread { get; }

    /// <summary>An array's address.</summary>
    public string this[string array]
    {
        get
        {
            Used.Add(array);
            return _arrays[array];
        }
    }

    /// <summary>The address of an image's part of an array.</summary>
    public string OfImage(string array, string image, int floats)
        => Writer.Wide(
            "mad.wide.u32", $"{array}OfImage", Writer.Integer("mul.lo.u32", "at", image, Numbers.Text(floats)), "4", this[array]);

    /// <summary>A parameter that is a number.</summary>
    public string Number(string parameter)
    {
        string number = Writer.Index(parameter);
        Writer.Line($"ld.param.u32 {number}, [{parameter}]");
        return number;
    }

    /// <summary>What a sum of pixels is multiplied by: a constant, or a parameter.</summary>
    public string Share()
    {
        if (!Launch.IsOpen)
            return PtxWriter.Constant(Launch.Share);

        string share = Writer.Float("share");
        Writer.Line($"ld.param.f32 {share}, [share]");
        return share;
    }
}
