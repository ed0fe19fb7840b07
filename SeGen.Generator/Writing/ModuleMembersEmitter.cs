using SeGen.Generator.Reading;
using SeGen.Generator.Text;

namespace SeGen.Generator.Writing;

/// <summary>
/// The part of the user's class: constants, constructors and the members of IModule, each one line to the state behind it. Names are
/// written in full here, where the user's own may stand.
/// </summary>
internal static class ModuleMembersEmitter
{
    private const string State = GeneratedMembers.State;

    public static void Emit(SourceWriter writer, ModuleFacts module)
    {
        string name = module.Type.Name;
        Documentation(writer, module);
        writer.Line($"[global::System.CodeDom.Compiler.GeneratedCode(\"{DeclarationParser.GeneratorName}\", \"{Version}\")]");
        using (writer.Block($"partial class {name} : "
            + $"global::SeGen.{(module.IsGate ? "IGate" : module.HasGates ? "IGatedModule" : "IModule")}"))
        {
            Constants(writer, module);
            writer.Blank();
            writer.Line($"private readonly global::SeGen.CompilerServices.ModuleState {State};");
            Constructors(writer, module, name);
            Properties(writer);
            foreach (ModuleMethod method in ModuleMethods.Of(module))
                Method(writer, method);

            if (!module.IsFixed)
                OutputSize(writer, module);

            if (!module.HasToString)
                Text(writer);

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
            ("Input", module.InputChannels, module.InputHeight, module.InputWidth),
            ("Output", module.OutputChannels, module.OutputHeight, module.OutputWidth),
        })
        {
            string of = side.ToLowerInvariant();
            Constant(writer, "int", $"{side}Channels", Numbers.Text(channels), $"Channels of the {of}.");
            if (height > 0)
            {
                Constant(writer, "int", $"{side}Height", Numbers.Text(height), $"Height of the {of} in pixels.");
                Constant(writer, "int", $"{side}Width", Numbers.Text(width), $"Width of the {of} in pixels.");
                Constant(
                    writer, "int", $"{side}Length", $"{side}Channels * {side}Height * {side}Width", $"Values of one image of the {of}.");
            }
        }

        Constant(writer, "long", "ParameterCount", Numbers.Text(module.ParameterCount), "How many values the parameters have.");
        if (module.MultiplyAdds >= 0)
            Constant(writer, "long", "MultiplyAdds", Numbers.Text(module.MultiplyAdds), module.MultiplyAddsNote);

        if (module.WorkspaceBytes >= 0)
            Constant(
                writer, "long", "WorkspaceBytes", Numbers.Text(module.WorkspaceBytes),
                "Scratch of one Forward of MaxBatch images on one thread, without packed weights.");

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
        string definition = Definition(module);
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

            /// <summary>Another instance over the same weights, with workspaces of its own.</summary>
            public {{name}} ShareWeights() => new {{name}}({{State}}.ShareWeights());
            """);
        foreach (ModuleMethod load in ModuleMethods.Loads(name))
        {
            writer.Blank();
            writer.Line(load.Documentation);
            writer.Line($"public static {load.Type} Load({load.Parameters})");
            using (writer.Indent())
                writer.Line($"=> new {name}(global::SeGen.CompilerServices.ModuleState.Load({definition}, {load.Arguments}));");
        }
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

    private static void OutputSize(SourceWriter writer, ModuleFacts module)
    {
        writer.Blank();
        writer.Line($$"""
            /// <summary>The shape of an image of the output, for the size of an input's.</summary>
            /// <param name="height">Height of the input in pixels.</param>
            /// <param name="width">Width of the input in pixels.</param>
            /// <exception cref="global::System.ArgumentException">The size is below 1, too large, or too small for a window of the module.</exception>
            public static (int Channels, int Height, int Width) OutputSize(int height, int width)
                => global::SeGen.CompilerServices.ModuleState.OutputSize({{Definition(module)}}, height, width);
            """);
    }

    private static void Text(SourceWriter writer)
    {
        writer.Blank();
        writer.Line($$"""
            /// <summary>What the module is and where its weights come from, on one line.</summary>
            public override string ToString() => {{State}}.ToString();
            """);
    }

    private static string Definition(ModuleFacts module) => $"global::SeGen.Generated.{module.ModuleClass}.Definition.Instance";

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

    private static void Method(SourceWriter writer, ModuleMethod method)
    {
        writer.Blank();
        if (method.IsPublic)
            writer.Line("/// <inheritdoc/>");

        writer.Line($"{method.Head(method.IsPublic)} => {State}.{method.Name}({method.Arguments});");
    }

    private static void Constant(SourceWriter writer, string type, string name, string value, string summary)
    {
        writer.Line($"/// <summary>{summary}</summary>");
        writer.Line($"public const {type} {name} = {value};");
        writer.Blank();
    }
}
