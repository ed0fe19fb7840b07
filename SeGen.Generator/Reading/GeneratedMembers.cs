using Microsoft.CodeAnalysis;

namespace SeGen.Generator.Reading;

/// <summary>
/// The members that the generator writes into a user's class: names that nothing else may have, and methods of which overloads with
/// other parameters may stand beside them.
/// </summary>
internal static class GeneratedMembers
{
    /// <summary>The field with the state of a module.</summary>
    public const string State = "_seGen";

    /// <summary>What Emit.Cuda adds.</summary>
    public const string Cuda = "CreateCuda";

    // The start of the name of an explicit implementation.
    private static readonly string[] Interfaces = ["SeGen.IModule.", "SeGen.IGate.", "SeGen.IGatedModule."];

    private const string Input = "System.ReadOnlySpan<float>", Output = "System.Span<float>", Size = "int,int";
    private const string Naming =
        "SeGen.Naming,bool", Keys = "SeGen.KeyMap,bool", Stream = "System.IO.Stream", Memory = "System.ReadOnlyMemory<byte>";

    private static readonly HashSet<string> Names =
    [
        "InputChannels", "InputHeight", "InputWidth", "InputLength", "OutputChannels", "OutputHeight", "OutputWidth", "OutputLength",
        "ParameterCount", "MultiplyAdds", "WorkspaceBytes", "Summary", "Parameters", "FreezeStatistics", "Threads", "DropoutSeed", State,
        "get_Summary", "get_Parameters", "get_FreezeStatistics", "set_FreezeStatistics", "get_Threads", "set_Threads", "get_DropoutSeed",
        "set_DropoutSeed",
    ];

    private static readonly Dictionary<string, string[]> Methods = new()
    {
        [".ctor"] = ["", "int", "SeGen.CompilerServices.ModuleState"],
        ["Load"] =
        [
            $"string,{Naming},bool", $"string,{Keys},bool", $"{Stream},{Naming},bool", $"{Stream},{Keys},bool", $"{Memory},{Naming},bool",
            $"{Memory},{Keys},bool",
        ],
        ["ShareWeights"] = [""],
        [Cuda] = ["SeGen.GpuPolicy,int?"],
        ["Prepare"] = ["bool"],
        ["Forward"] =
        [
            $"{Input},{Output}", $"{Input},{Output},{Size}",
            "System.Numerics.Tensors.ReadOnlyTensorSpan<float>,System.Numerics.Tensors.TensorSpan<float>",
        ],
        ["ForwardTraining"] = [$"{Input},{Output}", $"{Input},{Output},{Size}"],
        ["ForwardTrainingByReference"] = [$"System.ReadOnlyMemory<float>,{Output}", $"System.ReadOnlyMemory<float>,{Output},{Size}"],
        ["Excite"] = [$"{Input},{Output}", $"{Input},{Output},{Size}"],
        ["Backward"] = [$"{Input},{Output}"],
        ["LoadWeights"] = [$"string,{Naming}", $"string,{Keys}", $"{Stream},{Naming}", $"{Stream},{Keys}", $"{Memory},{Naming}",
            $"{Memory},{Keys}"],
        ["SaveWeights"] = ["string,SeGen.Naming,SeGen.WeightType"],
        ["Verify"] = ["string,float"],
        ["OutputSize"] = ["int,int"],
    };

    // "System.Span<float>": namespaces and keywords, no nullability.
    private static readonly SymbolDisplayFormat ParameterFormat = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces,
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes);

    /// <summary>Whether a class cannot have this name, since a member of it would have the same.</summary>
    public static bool IsReservedForMembers(string className)
        => Names.Contains(className) || (Methods.ContainsKey(className) && className != ".ctor");

    /// <summary>What a generated member is known by: its name, of a method with the types of its parameters.</summary>
    public static string KeyOf(ISymbol member)
    {
        bool isAccessor = Names.Contains(member.Name)
            && (member.Name.StartsWith("get_", StringComparison.Ordinal) || member.Name.StartsWith("set_", StringComparison.Ordinal));
        string name = isAccessor ? member.Name.Substring("get_".Length) : member.Name;
        return member is IMethodSymbol method && name == member.Name ? KeyOf(name, Types(method)) : name;
    }

    /// <summary>The key of a method.</summary>
    public static string KeyOf(string name, string types) => $"{name}({types})";

    /// <summary>Whether a member and a generated one cannot stand in the same class.</summary>
    /// <param name="member">The member.</param>
    /// <param name="isCuda">Whether the class gets what Emit.Cuda writes.</param>
    public static bool Collides(ISymbol member, bool isCuda)
    {
        if (member.Name == Cuda && !isCuda)
            return false;

        if (Names.Contains(member.Name) || Interfaces.Any(i => member.Name.StartsWith(i, StringComparison.Ordinal)))
            return true;

        if (!Methods.TryGetValue(member.Name, out string[]? signatures))
            return false;

        return member is not IMethodSymbol method
            || (method.Arity == 0 && signatures.Contains(Types(method)));
    }

    private static string Types(IMethodSymbol method)
        => string.Join(",", method.Parameters.Select(p => p.Type.ToDisplayString(ParameterFormat)));
}
