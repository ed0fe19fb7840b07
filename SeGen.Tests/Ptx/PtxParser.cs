using System.Globalization;
using System.Text.RegularExpressions;

namespace SeGen.Tests.Ptx;

/// <summary>Reads the part of PTX that SeGen emits. What it does not know is a fault: nothing is passed over.</summary>
internal sealed partial class PtxParser
{
    private readonly string _text;
    private readonly Dictionary<string, PtxRegister> _registers = [];
    private readonly Dictionary<string, int> _shared = [], _labels = [];
    private readonly List<(PtxInstruction Instruction, string Label, int Line)> _branches = [];
    private readonly List<PtxInstruction> _code = [];
    private int _sharedBytes;

    private PtxParser(string text) => _text = text;

    /// <summary>Reads a module.</summary>
    /// <exception cref="PtxFaultException">It is not of that part of PTX.</exception>
    public static PtxModule Parse(string text)
    {
        text = Comment().Replace(text, m => new string(' ', m.Length));
        string version = Only(Version().Match(text), "It has no .version."), target = Only(Target().Match(text), "It has no .target.");
        Only(AddressSize().Match(text), "It has no .address_size 64.");
        string[] dynamic = [.. ExternShared().Matches(text).Select(m => m.Groups[1].Value)];
        var kernels = new Dictionary<string, PtxKernel>();
        foreach (Match entry in Entry().Matches(text))
        {
            PtxKernel kernel = new PtxParser(text).Kernel(entry, dynamic);
            kernels.Add(kernel.Name, kernel);
        }

        // Legal, and yet ptxas 11.8 ends with a segmentation fault where an entry has the name of another one's parameter.
        if (kernels.Values.SelectMany(k => k.Parameters).FirstOrDefault(p => kernels.ContainsKey(p.Name)) is { } parameter)
            throw new PtxFaultException($"{parameter.Name} is a parameter and an entry.");

        return kernels.Count > 0 ? new PtxModule(version, target, kernels) : throw new PtxFaultException("It has no .entry.");
    }

    private static string Only(Match match, string message) => match.Success ? match.Groups[1].Value : throw new PtxFaultException(message);

    private PtxKernel Kernel(Match entry, string[] dynamic)
    {
        string name = entry.Groups[1].Value;
        PtxParameter[] parameters = [.. Parameter().Matches(entry.Groups[2].Value).Select(m => new PtxParameter(m.Groups[2].Value, Type(m.Groups[1].Value, LineOf(entry.Index))))];
        string directives = entry.Groups[3].Value;
        int start = entry.Index + entry.Length, end = EndOfBody(start);
        Statements(start, end, parameters, dynamic);
        foreach ((PtxInstruction instruction, string label, int line) in _branches)
            instruction.Target = _labels.TryGetValue(label, out int at) ? at : throw Fault(line, $"there is no label {label}");

        if (_code.Count == 0 || _code[^1].Kind != PtxKind.Exit || _code[^1].Guard is not null)
            throw new PtxFaultException($"{name} does not end with ret.");

        return new PtxKernel
        {
            Name = name,
            Parameters = parameters,
            MaxThreads = MaxThreads().Match(directives) is { Success: true } m ? Number(m) : 0,
            Registers = [.. _registers.Values],
            Shared = _shared,
            StaticShared = _sharedBytes,
            Code = _code,
        };
    }

    private static int Number(Match match) => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);

    /// <summary>The last brace inside the body: vectors of registers have braces too.</summary>
    private int EndOfBody(int start)
    {
        int depth = 1, at = start;
        for (; depth > 0; at++)
        {
            if (at == _text.Length)
                throw new PtxFaultException("A body has no end.");

            depth += _text[at] == '{' ? 1 : _text[at] == '}' ? -1 : 0;
        }

        return at - 1;
    }

    private void Statements(int at, int end, PtxParameter[] parameters, string[] dynamic)
    {
        // The addresses of shared memory are constants of instructions, so all declarations are read first.
        var rest = new List<(string Text, int Line)>();
        while (at < end)
        {
            int stop = _text.AsSpan(at, end - at).IndexOfAny(';', ':');
            if (stop < 0)
            {
                if (_text.AsSpan(at, end - at).Trim().Length > 0)
                    throw Fault(LineOf(at), "a statement has no end");

                break;
            }

            string statement = _text.Substring(at, stop);
            int line = LineOf(at + statement.Length - statement.TrimStart().Length);
            rest.Add((_text[at + stop] == ':' ? $"{statement.Trim()}:" : statement.Trim(), line));
            at += stop + 1;
        }

        foreach ((string text, int line) in rest)
            Declare(text, line);

        // What comes with the launch lies behind the rest.
        foreach (string array in dynamic)
            _shared[array] = (_sharedBytes + 15) / 16 * 16;

        var compiler = new PtxCompiler(_registers, _shared, parameters);
        foreach ((string text, int line) in rest)
        {
            if (text.EndsWith(':'))
            {
                if (!_labels.TryAdd(text[..^1], _code.Count))
                    throw Fault(line, $"{text} stands there twice");
            }
            else if (!text.StartsWith('.'))
                Instruction(compiler, text, line);
        }
    }

    private void Declare(string text, int line)
    {
        if (Registers().Match(text) is { Success: true } registers)
        {
            PtxType type = Type(registers.Groups[1].Value, line);
            foreach (string name in registers.Groups[2].Value.Split(',').Select(n => n.Trim()))
            {
                Match range = RegisterRange().Match(name);
                string[] names = range.Success ? [.. Enumerable.Range(0, int.Parse(range.Groups[2].Value, CultureInfo.InvariantCulture)).Select(i => $"{range.Groups[1].Value}{i}")] : [name];
                foreach (string each in names)
                {
                    if (!_registers.TryAdd(each, new PtxRegister(each, type, _registers.Count)))
                        throw Fault(line, $"{each} is declared twice");
                }
            }
        }
        else if (SharedArray().Match(text) is { Success: true } shared)
        {
            int align = Number(shared), bytes = int.Parse(shared.Groups[3].Value, CultureInfo.InvariantCulture);
            int at = (_sharedBytes + align - 1) / align * align;
            if (!_shared.TryAdd(shared.Groups[2].Value, at))
                throw Fault(line, $"{shared.Groups[2].Value} is declared twice");

            _sharedBytes = at + bytes;
        }
        else if (text.StartsWith('.'))
            throw Fault(line, $"\"{text}\" is no declaration that the interpreter knows");
    }

    private void Instruction(PtxCompiler compiler, string text, int line)
    {
        Match match = Guarded().Match(text);
        string operation = match.Groups[3].Value;
        PtxRegister? guard = match.Groups[2].Success ? compiler.Register(match.Groups[2].Value, PtxType.Predicate, line) : null;
        PtxInstruction instruction = compiler.Compile(operation, match.Groups[4].Value.Trim(), text, line, guard, match.Groups[1].Value == "!");
        if (instruction.Kind == PtxKind.Branch)
            _branches.Add((instruction, match.Groups[4].Value.Trim(), line));

        _code.Add(instruction);
    }

    private static PtxType Type(string text, int line) => PtxTypes.TryParse(text, out PtxType type) ? type : throw Fault(line, $"there is no type {text}");

    private int LineOf(int at) => _text.AsSpan(0, Math.Min(at, _text.Length)).Count('\n') + 1;

    private static PtxFaultException Fault(int line, string message) => new($"line {line}: {message}");

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^\s*\.version\s+(\d+\.\d+)", RegexOptions.Multiline)]
    private static partial Regex Version();

    [GeneratedRegex(@"^\s*\.target\s+(sm_\d+)\b", RegexOptions.Multiline)]
    private static partial Regex Target();

    [GeneratedRegex(@"^\s*\.address_size\s+(64)", RegexOptions.Multiline)]
    private static partial Regex AddressSize();

    [GeneratedRegex(@"\.extern\s+\.shared\s+\.align\s+\d+\s+\.b8\s+(\w+)\[\]\s*;")]
    private static partial Regex ExternShared();

    [GeneratedRegex(@"\.visible\s+\.entry\s+(\w+)\s*\(([^)]*)\)([^{]*)\{")]
    private static partial Regex Entry();

    [GeneratedRegex(@"\.param\s+\.(\w+)\s+(\w+)")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\.maxntid\s+(\d+)")]
    private static partial Regex MaxThreads();

    [GeneratedRegex(@"^\.reg\s+\.(\w+)\s+(.+)$", RegexOptions.Singleline)]
    private static partial Regex Registers();

    [GeneratedRegex(@"^(%\w+)<(\d+)>$")]
    private static partial Regex RegisterRange();

    [GeneratedRegex(@"^\.shared\s+\.align\s+(\d+)\s+\.b8\s+(\w+)\[(\d+)\]$")]
    private static partial Regex SharedArray();

    [GeneratedRegex(@"^(?:@(!?)(%\w+)\s+)?(\S+)\s*(.*)$", RegexOptions.Singleline)]
    private static partial Regex Guarded();
}
