using SeGen.Generator.Text;

namespace SeGen.Generator.Ptx;

/// <summary>
/// A kernel of a network's layers while it is written. Sizes come with the launch, so that a network's layers share kernels: its module
/// has a few, and the driver compiles them in the time that one kernel for each shape would take for two or three.
/// </summary>
internal sealed class LayerContext
{
    private readonly Dictionary<string, string> _pointers, _numbers = [];

    private LayerContext(PtxWriter writer, IEnumerable<string> arrays)
    {
        Writer = writer;
        _pointers = arrays.ToDictionary(a => a, writer.Pointer);
        Thread = new PtxThread(writer);
    }

    public PtxWriter Writer { get; }

    public PtxThread Thread { get; }

    /// <summary>An array's address.</summary>
    public string this[string array] => _pointers[array];

    /// <summary>Writes a kernel.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="threads">Threads of a block.</param>
    /// <param name="arrays">Parameters that are addresses.</param>
    /// <param name="numbers">Parameters that are numbers of 32 bits, behind them; those that begin with "f32 " are floats.</param>
    /// <param name="write">What it does.</param>
    public static string Kernel(
        string name, int threads, IReadOnlyList<string> arrays, IReadOnlyList<string> numbers, Action<LayerContext> write)
    {
        var parameters = new List<(string, string)>();
        parameters.AddRange(arrays.Select(a => ("u64", a)));
        parameters.AddRange(numbers.Select(n => n.StartsWith("f32 ", StringComparison.Ordinal) ? ("f32", n.Substring(4)) : ("u32", n)));
        var writer = new PtxWriter(name, parameters, threads);
        write(new LayerContext(writer, arrays));
        writer.Line("ret");
        return writer.ToString();
    }

    /// <summary>A parameter that is a number; loaded where it is first asked for, which must be where all threads come by.</summary>
    public string Number(string parameter)
    {
        if (!_numbers.TryGetValue(parameter, out string? register))
        {
            _numbers[parameter] = register = Writer.Index(parameter);
            Writer.Line($"ld.param.u32 {register}, [{parameter}]");
        }

        return register;
    }

    /// <summary>A parameter that is a float.</summary>
    public string Real(string parameter)
    {
        string register = Writer.Float(parameter);
        Writer.Line($"ld.param.f32 {register}, [{parameter}]");
        return register;
    }

    /// <summary>Loads numbers where all threads come by, for use behind branches.</summary>
    public void Know(params string[] parameters)
    {
        foreach (string parameter in parameters)
            Number(parameter);
    }

    /// <summary>Which block of the grid this is, along an axis.</summary>
    public string Block(string axis, string role) => Writer.Integer("mov.u32", role, $"%ctaid.{axis}");

    /// <summary>Whether an array was given: parameters may be 0.</summary>
    public string IsGiven(string array)
    {
        string isGiven = Writer.Predicate($"has_{array}"), given = Writer.Address($"given_{array}");
        Writer.Line($"ld.param.u64 {given}, [{array}]");
        Writer.Line($"setp.ne.u64 {isGiven}, {given}, 0");
        return isGiven;
    }

    /// <summary>
    /// A number below 2^31 divided by a parameter, of which the host gives <c>Magic</c> and <c>Shift</c> too: two multiplications instead
    /// of twenty instructions (Granlund and Montgomery, Division by invariant integers using multiplication, 1994).
    /// </summary>
    /// <returns>The quotient and the remainder.</returns>
    public (string Quotient, string Remainder) Divide(string value, string divisor, string quotient, string remainder)
    {
        string high = Writer.Integer("mul.hi.u32", "high", value, Number(divisor + "Magic"));
        Writer.Line($"add.u32 {high}, {high}, {value}");
        string q = Writer.Integer("shr.u32", quotient, high, Number(divisor + "Shift"));
        string r = Writer.Integer("mul.lo.u32", remainder, q, Number(divisor));
        Writer.Line($"sub.u32 {r}, {value}, {r}");
        return (q, r);
    }

    /// <summary>The parameters of such a divisor.</summary>
    public static string[] Divisor(string name) => [name, name + "Magic", name + "Shift"];

    /// <summary>The address of a float of an array, by its number.</summary>
    public string At(string array, string index) => Writer.Wide("mad.wide.u32", $"{array}At", index, "4", this[array]);

    /// <summary>Adds to a float of an array, which no other thread touches.</summary>
    public void Add(string array, string index, string value)
    {
        string at = At(array, index), sum = Writer.Real("ld.global.f32", "before", $"[{at}]");
        Writer.Line($"add.rn.f32 {sum}, {sum}, {value}");
        Writer.Line($"st.global.f32 [{at}], {sum}");
    }

    /// <summary>A sum of products, by every so-manieth of a number of indices from a thread's first one on.</summary>
    /// <param name="role">What the index is called.</param>
    /// <param name="first">The first index.</param>
    /// <param name="count">The parameter that says where they end.</param>
    /// <param name="step">From one to the next.</param>
    /// <param name="weight">The number of an index's weight in the array "weights".</param>
    /// <param name="value">Loads what it is multiplied with.</param>
    public string Dot(string role, string first, string count, int step, Func<string, string> weight, Func<string, string> value)
    {
        string dot = Writer.Real("mov.f32", "dot", PtxWriter.Constant(0f));
        Writer.Loop(role, first, Number(count), Text(step), index =>
            Writer.Line($"fma.rn.f32 {dot}, {Load("weights", weight(index))}, {value(index)}, {dot}"));
        return dot;
    }

    /// <summary>A float of an array that nothing writes while the kernel runs.</summary>
    public string Load(string array, string index) => Writer.Real("ld.global.nc.f32", array, $"[{At(array, index)}]");

    /// <summary>Leaves where a predicate holds.</summary>
    public void SkipWhere(string predicate, string label) => Writer.Line($"@{predicate} bra {label}");

    /// <summary>What follows is done only where a predicate holds.</summary>
    public void Only(string predicate, string role, Action body)
    {
        string end = Writer.Label(role);
        Writer.Line($"@!{predicate} bra {end}");
        body();
        Writer.Place(end);
    }

    /// <summary>A number as text.</summary>
    public static string Text(long value) => Numbers.Text(value);
}
