using SeGen.Generator.Reading;

namespace SeGen.Generator.Writing;

/// <summary>A method that every module has: of IModule or IGate, or a static Load.</summary>
/// <param name="Type">What it returns.</param>
/// <param name="Name">Its name.</param>
/// <param name="Types">The types of its parameters, as <see cref="GeneratedMembers"/> writes them.</param>
/// <param name="Parameters">Its parameters with their defaults.</param>
/// <param name="Arguments">What it passes on to the module's state.</param>
internal sealed record ModuleMethod(string Type, string Name, string Types, string Parameters, string Arguments)
{
    /// <summary>Whether it is public in the user's class; else it is there for those who hold the interface.</summary>
    public bool IsPublic { get; init; } = true;

    /// <summary>The interface that it belongs to.</summary>
    public string Interface { get; init; } = "IModule";

    /// <summary>Its documentation, where no interface has it.</summary>
    public string Documentation { get; init; } = "";

    public string Key => GeneratedMembers.KeyOf(Name, Types);

    /// <summary>The method without its body; an explicit implementation has no defaults.</summary>
    public string Head(bool isPublic)
    {
        if (isPublic)
            return $"public {Type} {Name}({Parameters})";

        string bare = string.Join(
            ", ", Parameters.Split([", "], StringSplitOptions.None).Select(p => p.Split([" = "], StringSplitOptions.None)[0]));
        return $"{Type} global::SeGen.{Interface}.{Name}({bare})";
    }
}

/// <summary>The methods of the interfaces that a module implements.</summary>
internal static class ModuleMethods
{
    private const string In = "global::System.ReadOnlySpan<float> input", Out = "global::System.Span<float> output";
    private const string Lent = "global::System.ReadOnlyMemory<float> input";
    private const string Size = ", int height, int width", SizeArguments = ", height, width", SizeTypes = ",int,int";
    private const string InType = "System.ReadOnlySpan<float>", OutType = "System.Span<float>", LentType = "System.ReadOnlyMemory<float>";

    private static readonly (string Type, string Types, string Name)[] Sources =
    [
        ("string", "string", "path"),
        ("global::System.IO.Stream", "System.IO.Stream", "stream"),
        ("global::System.ReadOnlyMemory<byte>", "System.ReadOnlyMemory<byte>", "memory"),
    ];

    private static readonly (string Parameter, string Types, string Argument)[] Names =
    [
        ("global::SeGen.Naming naming = global::SeGen.Naming.SeGen", "SeGen.Naming", "global::SeGen.KeyMap.From(naming)"),
        ("global::SeGen.KeyMap keys", "SeGen.KeyMap", "keys"),
    ];

    private const string LoadDocumentation = """
        /// <summary>A module with the weights of safetensors: of a file or the shards of its index, a stream, or memory. None are drawn first.</summary>
        /// <param name="path">The file.</param>
        /// <param name="naming">Whose names the file's tensors carry.</param>
        /// <param name="strict">Whether a missing or unexpected tensor, or a layer that was declared otherwise, is an error; a wrong shape always is.</param>
        /// <param name="release">Whether weights are kept only as inference reads them: half of the memory, and nothing to save or train.</param>
        """;

    /// <summary>The form that fits the declaration is public; the other is there for those who hold an IModule.</summary>
    public static IEnumerable<ModuleMethod> Of(ModuleFacts module)
    {
        (string Name, string From, string Type)[] forward =
            [("Forward", In, InType), ("ForwardTraining", In, InType), ("ForwardTrainingByReference", Lent, LentType)];
        foreach ((string name, string from, string type) in forward)
        {
            bool exists = module.Trains || name == "Forward";
            yield return new ModuleMethod(
                "void", name, $"{type},{OutType}", $"{from}, {Out}", "input, output")
            { IsPublic = module.IsFixed && exists };
            yield return new ModuleMethod(
                "void", name, $"{type},{OutType}{SizeTypes}", $"{from}, {Out}{Size}", $"input, output{SizeArguments}")
            {
                IsPublic = !module.IsFixed && exists,
            };
        }

        yield return new ModuleMethod(
            "void", "Forward", "System.Numerics.Tensors.ReadOnlyTensorSpan<float>,System.Numerics.Tensors.TensorSpan<float>",
            "in global::System.Numerics.Tensors.ReadOnlyTensorSpan<float> input, in global::System.Numerics.Tensors.TensorSpan<float> "
                + "output", "input, output");
        yield return new ModuleMethod(
            "void", "Backward", $"{InType},{OutType}",
            "global::System.ReadOnlySpan<float> outputGradient, global::System.Span<float> inputGradient", "outputGradient, inputGradient")
        {
            IsPublic = module.Trains,
        };
        if (module.IsGate)
        {
            const string Gates = "global::System.Span<float> gates";
            yield return new ModuleMethod("void", "Excite", $"{InType},{OutType}", $"{In}, {Gates}", "input, gates")
            {
                IsPublic = module.IsFixed,
                Interface = "IGate",
            };
            yield return new ModuleMethod(
                "void", "Excite", $"{InType},{OutType}{SizeTypes}", $"{In}, {Gates}{Size}", $"input, gates{SizeArguments}")
            {
                IsPublic = !module.IsFixed,
                Interface = "IGate",
            };
        }

        foreach ((string type, string types, string name) in Sources)
        {
            foreach ((string parameter, string keys, string argument) in Names)
            {
                yield return new ModuleMethod(
                    "global::SeGen.LoadReport", "LoadWeights", $"{types},{keys},bool", $"{type} {name}, {parameter}, bool strict = true",
                    $"{name}, {argument}, strict");
            }
        }

        yield return new ModuleMethod(
            "void", "SaveWeights", "string,SeGen.Naming,SeGen.WeightType",
            "string path, global::SeGen.Naming naming = global::SeGen.Naming.SeGen, global::SeGen.WeightType type = "
                + "global::SeGen.WeightType.F32",
            "path, naming, type");
        yield return new ModuleMethod(
            "global::SeGen.VerifyReport", "Verify", "string,float", "string path, float tolerance = 1e-4f", "path, tolerance");
    }

    /// <summary>The static methods that make a module of a class from a file.</summary>
    public static IEnumerable<ModuleMethod> Loads(string className)
    {
        bool isFirst = true;
        foreach ((string type, string types, string name) in Sources)
        {
            foreach ((string parameter, string keys, string argument) in Names)
            {
                yield return new ModuleMethod(
                    className, "Load", $"{types},{keys},bool,bool", $"{type} {name}, {parameter}, bool strict = true, bool release = false",
                    $"{name}, {argument}, strict, release")
                {
                    Documentation = isFirst
                        ? LoadDocumentation
                        : "/// <inheritdoc cref=\"Load(string, global::SeGen.Naming, bool, bool)\"/>",
                };
                isFirst = false;
            }
        }
    }
}
