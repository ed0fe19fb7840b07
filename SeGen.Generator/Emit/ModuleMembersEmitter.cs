using SeGen.Generator.Parsing;

namespace SeGen.Generator.Emit;

/// <summary>
/// The part of the user's class: constants, constructors and the members of IModule, each one line to the state behind it. Names are
/// written in full here, where the user's own may stand.
/// </summary>
internal static class ModuleMembersEmitter
{
    private const string State = GeneratedMembers.State;
    private const string Input = "global::System.ReadOnlySpan<float> input";
    private const string Output = "global::System.Span<float> output";
    private const string Size = ", int height, int width";
    private const string SizeArguments = ", height, width";

    public static void Emit(SourceWriter writer, ModuleFacts module)
    {
        string name = module.Type.Name;
        Documentation(writer, module);
        writer.Line($"[global::System.CodeDom.Compiler.GeneratedCode(\"{DeclarationParser.GeneratorName}\", \"{Version}\")]");
        using (writer.Block($"partial class {name} : global::SeGen.{(module.IsGate ? "IGate" : module.HasGates ? "IGatedModule" : "IModule")}"))
        {
            Constants(writer, module);
            writer.Blank();
            writer.Line($"private readonly global::SeGen.CompilerServices.ModuleState {State};");
            Constructors(writer, module, name);
            Properties(writer);
            Forward(writer, module);
            Checkpoints(writer);
            if (module.HasGates)
                Observer(writer);
        }
    }

    /// <summary>The version of the generator.</summary>
    public static string Version => typeof(ModuleMembersEmitter).Assembly.GetName().Version.ToString(3);

    private static void Documentation(SourceWriter writer, ModuleFacts module)
    {
        writer.Line($"/// <summary>{Xml.Escape(module.Summary)}</summary>");
        writer.Line("/// <remarks>");
        writer.Line("/// <code>");
        foreach (string line in module.Table)
            writer.Line($"/// {Xml.Escape(line)}");

        writer.Line("/// </code>");
        writer.Line("/// </remarks>");
    }

    private static void Constants(SourceWriter writer, ModuleFacts module)
    {
        foreach ((string side, int channels, int height, int width) in new[]
        {
            ("Input", module.InputChannels, module.InputHeight, module.InputWidth), ("Output", module.OutputChannels, module.OutputHeight, module.OutputWidth),
        })
        {
            string of = side.ToLowerInvariant();
            Constant(writer, "int", $"{side}Channels", Numbers.Text(channels), $"Channels of the {of}.");
            if (height > 0)
            {
                Constant(writer, "int", $"{side}Height", Numbers.Text(height), $"Height of the {of} in pixels.");
                Constant(writer, "int", $"{side}Width", Numbers.Text(width), $"Width of the {of} in pixels.");
                Constant(writer, "int", $"{side}Length", $"{side}Channels * {side}Height * {side}Width", $"Values of one image of the {of}.");
            }
        }

        Constant(writer, "long", "ParameterCount", Numbers.Text(module.ParameterCount), "How many values the parameters have.");
        if (module.MultiplyAdds >= 0)
            Constant(writer, "long", "MultiplyAdds", Numbers.Text(module.MultiplyAdds), module.MultiplyAddsNote);

        if (module.WorkspaceBytes >= 0)
            Constant(writer, "long", "WorkspaceBytes", Numbers.Text(module.WorkspaceBytes), "Scratch of one Forward of MaxBatch images on one thread, without packed weights.");

        writer.Blank();
        writer.Line("/// <summary>The layers with their shapes, parameters and kernels, as a table.</summary>");
        writer.Line("public static string Summary =>");
        using (writer.Indent())
        {
            writer.Line("\"\"\"");
            writer.Line($"{module.Type.DisplayName} {string.Join(" ", module.Declaration).Replace("\"\"\"", "'")}");
            foreach (string line in module.Table)
                writer.Line(line);

            writer.Line("\"\"\";");
        }
    }

    private static void Constructors(SourceWriter writer, ModuleFacts module, string name)
    {
        string definition = $"global::SeGen.Generated.{module.ModuleClass}.Definition.Instance";
        writer.Blank();
        writer.Line($$"""
            /// <summary>New weights, drawn from PyTorch's default distributions with seed 0.</summary>
            public {{name}}()
                : this(0)
            {
            }

            /// <summary>New weights, drawn from PyTorch's default distributions.</summary>
            /// <param name="seed">The same seed gives the same weights.</param>
            public {{name}}(int seed) => {{State}} = new global::SeGen.CompilerServices.ModuleState({{definition}}, seed);

            private {{name}}(global::SeGen.CompilerServices.ModuleState state) => {{State}} = state;

            /// <summary>A module with the weights of a safetensors file.</summary>
            /// <param name="path">The file.</param>
            /// <param name="naming">Whose names the file's tensors carry.</param>
            /// <param name="strict">Whether a missing or unexpected tensor is an error; a wrong shape always is.</param>
            public static {{name}} Load(string path, global::SeGen.Naming naming = global::SeGen.Naming.SeGen, bool strict = true)
            {
                {{name}} module = strict ? new {{name}}(new global::SeGen.CompilerServices.ModuleState({{definition}})) : new {{name}}();
                module.LoadWeights(path, naming, strict);
                return module;
            }

            /// <summary>Another instance over the same weights, with workspaces of its own.</summary>
            public {{name}} ShareWeights() => new {{name}}({{State}}.ShareWeights());
            """);
    }

    private static void Properties(SourceWriter writer)
    {
        writer.Blank();
        writer.Line($$"""
            /// <inheritdoc/>
            public global::SeGen.ParameterSet Parameters => {{State}}.Parameters;

            /// <inheritdoc/>
            public bool FreezeStatistics
            {
                get => {{State}}.FreezeStatistics;
                set => {{State}}.FreezeStatistics = value;
            }

            /// <inheritdoc/>
            public int Threads
            {
                get => {{State}}.Threads;
                set => {{State}}.Threads = value;
            }

            /// <inheritdoc/>
            public long DropoutSeed
            {
                get => {{State}}.DropoutSeed;
                set => {{State}}.DropoutSeed = value;
            }

            /// <inheritdoc/>
            public global::System.TimeSpan Prepare(bool releaseParameters = false) => {{State}}.Prepare(releaseParameters);
            """);
    }

    /// <summary>The form that fits the declaration is public; the other is there for those who hold an IModule.</summary>
    private static void Forward(SourceWriter writer, ModuleFacts module)
    {
        const string Memory = "global::System.ReadOnlyMemory<float> input";
        foreach ((string method, string from) in new[] { ("Forward", Input), ("ForwardTraining", Input), ("ForwardTrainingByReference", Memory) })
        {
            Method(writer, method, $"{from}, {Output}", "input, output", isPublic: module.IsFixed);
            Method(writer, method, $"{from}, {Output}{Size}", $"input, output{SizeArguments}", isPublic: !module.IsFixed);
        }

        Method(
            writer, "Forward", "in global::System.Numerics.Tensors.ReadOnlyTensorSpan<float> input, in global::System.Numerics.Tensors.TensorSpan<float> output",
            "input, output", isPublic: true);
        Method(writer, "Backward", "global::System.ReadOnlySpan<float> outputGradient, global::System.Span<float> inputGradient", "outputGradient, inputGradient", isPublic: true);

        if (!module.IsGate)
            return;

        Method(writer, "Excite", $"{Input}, global::System.Span<float> gates", "input, gates", isPublic: module.IsFixed, of: "IGate");
        Method(writer, "Excite", $"{Input}, global::System.Span<float> gates{Size}", $"input, gates{SizeArguments}", isPublic: !module.IsFixed, of: "IGate");
    }

    private static void Checkpoints(SourceWriter writer)
    {
        Method(writer, "LoadWeights", "string path, global::SeGen.Naming naming = global::SeGen.Naming.SeGen, bool strict = true", "path, global::SeGen.KeyMap.From(naming), strict", isPublic: true);
        Method(writer, "LoadWeights", "string path, global::SeGen.KeyMap keys, bool strict = true", "path, keys, strict", isPublic: true);
        Method(writer, "LoadWeights", "global::System.IO.Stream stream, global::SeGen.KeyMap? keys = null, bool strict = true", "stream, keys, strict", isPublic: true);
        Method(writer, "LoadWeights", "global::System.ReadOnlyMemory<byte> memory, global::SeGen.KeyMap? keys = null, bool strict = true", "memory, keys, strict", isPublic: true);
        Method(writer, "SaveWeights", "string path, global::SeGen.Naming naming = global::SeGen.Naming.SeGen", "path, naming", isPublic: true);
    }

    /// <summary>Explicit, so that it takes no name from the user's class.</summary>
    private static void Observer(SourceWriter writer)
    {
        writer.Blank();
        writer.Line($$"""
            global::SeGen.GateObserver? global::SeGen.IGatedModule.GateObserver
            {
                get => {{State}}.GateObserver;
                set => {{State}}.GateObserver = value;
            }
            """);
    }

    private static void Method(SourceWriter writer, string name, string parameters, string arguments, bool isPublic, string of = "IModule")
    {
        writer.Blank();
        if (isPublic)
            writer.Line("/// <inheritdoc/>");

        writer.Line($"{(isPublic ? "public void " : $"void global::SeGen.{of}.")}{name}({parameters}) => {State}.{name}({arguments});");
    }

    private static void Constant(SourceWriter writer, string type, string name, string value, string summary)
    {
        writer.Line($"/// <summary>{summary}</summary>");
        writer.Line($"public const {type} {name} = {value};");
        writer.Blank();
    }
}
