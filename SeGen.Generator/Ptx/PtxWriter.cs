using System.Text;
using SeGen.Generator.Text;

namespace SeGen.Generator.Ptx;

/// <summary>
/// The text of one kernel: registers are named by their role and declared by their type, phases have a comment, constants are decimal.
/// Floats are added and multiplied with their rounding named, so that no assembler contracts them.
/// </summary>
internal sealed class PtxWriter(string name, IReadOnlyList<(string Type, string Name)> parameters, int threads)
{
    private const string Indentation = "    ";

    private readonly StringBuilder _text = new();
    private readonly List<(string Type, List<string> Names)> _registers = [];
    private readonly List<string> _shared = [];
    private readonly Dictionary<string, int> _names = [];
    private string? _external;

    /// <summary>A new register, named by its role and, where others have it too, a number.</summary>
    public string Register(string type, string role)
    {
        string register = "%" + Unique(role);
        int at = _registers.FindIndex(r => r.Type == type);
        if (at < 0)
            _registers.Add((type, [register]));
        else
            _registers[at].Names.Add(register);

        return register;
    }

    public string Float(string role) => Register("f32", role);

    /// <summary>An index, or an address in shared memory.</summary>
    public string Index(string role) => Register("b32", role);

    /// <summary>An address in the device's memory.</summary>
    public string Address(string role) => Register("b64", role);

    public string Predicate(string role) => Register("pred", role);

    /// <summary>A label's name.</summary>
    public string Label(string role) => Unique(role);

    /// <summary>An array of floats in shared memory.</summary>
    public string Shared(string role, int floats)
    {
        string array = Unique(role);
        _shared.Add($".shared .align 16 .b8 {array}[{Numbers.Text(floats * 4L)}];");
        return array;
    }

    /// <summary>Shared memory whose length comes with the launch; a module may have it under one name.</summary>
    public string DynamicShared(string role)
    {
        _external = role;
        return role;
    }

    public void Line(string instruction) => _text.Append(Indentation).Append(instruction).Append(";\n");

    public void Place(string label) => _text.Append(label).Append(":\n");

    /// <summary>A blank line, and what comes now.</summary>
    public void Phase(string text) => _text.Append('\n').Append(Indentation).Append("// ").Append(text).Append('\n');

    public void Comment(string text) => _text.Append(Indentation).Append("// ").Append(text).Append('\n');

    /// <summary>A 32-bit integer instruction with a new register.</summary>
    public string Integer(string instruction, string role, params string[] operands)
    {
        string to = Index(role);
        Line($"{instruction} {to}, {string.Join(", ", operands)}");
        return to;
    }

    /// <summary>A float instruction with a new register.</summary>
    public string Real(string instruction, string role, params string[] operands)
    {
        string to = Float(role);
        Line($"{instruction} {to}, {string.Join(", ", operands)}");
        return to;
    }

    /// <summary>An instruction on addresses with a new register.</summary>
    public string Wide(string instruction, string role, params string[] operands)
    {
        string to = Address(role);
        Line($"{instruction} {to}, {string.Join(", ", operands)}");
        return to;
    }

    /// <summary>A comparison with a new register.</summary>
    public string Compare(string comparison, string role, string a, string b)
    {
        string to = Predicate(role);
        Line($"setp.{comparison} {to}, {a}, {b}");
        return to;
    }

    /// <summary>Whether a comparison holds and a predicate too, in a new register.</summary>
    public string CompareAnd(string comparison, string role, string a, string b, string and)
    {
        string to = Predicate(role);
        int type = comparison.IndexOf('.');
        Line($"setp.{comparison.Substring(0, type)}.and{comparison.Substring(type)} {to}, {a}, {b}, {and}");
        return to;
    }

    /// <summary>A parameter that points to the device's memory.</summary>
    public string Pointer(string parameter)
    {
        string to = Address(parameter);
        Line($"ld.param.u64 {to}, [{parameter}]");
        Line($"cvta.to.global.u64 {to}, {to}");
        return to;
    }

    /// <summary>A float's bits, as PTX writes them: 0f3F800000 for 1.</summary>
    public static string Constant(float value)
        => "0f" + BitConverter.ToUInt32(BitConverter.GetBytes(value), 0).ToString("X8", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The kernel, without the module's head.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (_external is not null)
            text.Append(".extern .shared .align 16 .b8 ").Append(_external).Append("[];\n");

        text.Append(".visible .entry ").Append(name).Append("(\n");
        text.Append(string.Join(",\n", parameters.Select(p => $"{Indentation}.param .{p.Type} {p.Name}"))).Append(")\n");
        text.Append(".maxntid ").Append(Numbers.Text(threads)).Append(", 1, 1\n{\n");
        foreach ((string type, List<string> names) in _registers)
        {
            // A line for every few names, so that declarations can be read.
            for (int first = 0; first < names.Count; first += 12)
                text.Append(Indentation).Append(".reg .").Append(type).Append(' ').Append(
                    string.Join(", ", names.Skip(first).Take(12))).Append(";\n");
        }

        foreach (string shared in _shared)
            text.Append(Indentation).Append(shared).Append('\n');

        return text.Append('\n').Append(_text).Append("}\n").ToString();
    }

    private string Unique(string role)
    {
        _names.TryGetValue(role, out int count);
        _names[role] = count + 1;
        return count == 0 ? role : $"{role}{Numbers.Text(count + 1)}";
    }
}
