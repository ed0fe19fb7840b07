using SeGen.Generator.Parsing;
using SeGen.Generator.Planning;

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

    public static void Emit(SourceWriter writer, SEBlockPlan plan)
    {
        string name = plan.Spec.Type.Name;
        Documentation(writer, plan);
        writer.Line($"[global::System.CodeDom.Compiler.GeneratedCode(\"{DeclarationParser.GeneratorName}\", \"{Version}\")]");
        using (writer.Block($"partial class {name} : global::SeGen.IGate"))
        {
            Constants(writer, plan);
            writer.Blank();
            writer.Line($"private readonly global::SeGen.CompilerServices.ModuleState {State};");
            Constructors(writer, plan, name);
            Properties(writer);
            Forward(writer, plan);
            Checkpoints(writer);
        }
    }

    private static string Version => typeof(ModuleMembersEmitter).Assembly.GetName().Version.ToString(3);

    private static void Documentation(SourceWriter writer, SEBlockPlan plan)
    {
        string size = plan.IsFixed ? $"{Numbers.Text(plan.Spec.Height)}, {Numbers.Text(plan.Spec.Width)}" : "H, W";
        writer.Line($"/// <summary>A squeeze-and-excitation gate over [N, {Numbers.Text(plan.Channels)}, {size}]: y = s * x, one factor s for each image and channel.</summary>");
        writer.Line("/// <remarks>");
        writer.Line("/// <code>");
        foreach (string line in SummaryTable.Lines(plan))
            writer.Line($"/// {SEBlockEmitter.Xml(line)}");

        writer.Line("/// </code>");
        writer.Line("/// </remarks>");
    }

    private static void Constants(SourceWriter writer, SEBlockPlan plan)
    {
        string channels = Numbers.Text(plan.Channels);
        foreach (string side in new[] { "Input", "Output" })
        {
            string of = side.ToLowerInvariant();
            Constant(writer, "int", $"{side}Channels", channels, $"Channels of the {of}.");
            if (plan.IsFixed)
            {
                Constant(writer, "int", $"{side}Height", Numbers.Text(plan.Spec.Height), $"Height of the {of} in pixels.");
                Constant(writer, "int", $"{side}Width", Numbers.Text(plan.Spec.Width), $"Width of the {of} in pixels.");
                Constant(writer, "int", $"{side}Length", $"{side}Channels * {side}Height * {side}Width", $"Values of one image of the {of}.");
            }
        }

        Constant(writer, "long", "ParameterCount", Numbers.Text(plan.ParameterCount), "How many values the parameters have.");
        Constant(writer, "long", "MultiplyAdds", Numbers.Text(plan.MultiplyAdds), "Multiply-adds of the dense layers for one image, as such counts are made; the passes over the pixels are bound by memory.");
        Constant(writer, "long", "WorkspaceBytes", Numbers.Text(plan.WorkspaceBytes), "Scratch of one Forward of MaxBatch images on one thread, without packed weights.");

        writer.Blank();
        writer.Line("/// <summary>The layers with their shapes, parameters and kernels, as a table.</summary>");
        writer.Line("public static string Summary =>");
        using (writer.Indent())
        {
            writer.Line("\"\"\"");
            writer.Line($"{plan.Spec.Type.DisplayName} {plan.Spec.Declaration.Replace("\"\"\"", "\"")}");
            foreach (string line in SummaryTable.Lines(plan))
                writer.Line(line);

            writer.Line("\"\"\";");
        }
    }

    private static void Constructors(SourceWriter writer, SEBlockPlan plan, string name)
    {
        string definition = $"global::SeGen.Generated.{SEBlockEmitter.ModuleClass(plan)}.Definition.Instance";
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
                {{name}} module = new {{name}}();
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
            """);
    }

    /// <summary>The form that fits the declaration is public; the other is there for those who hold an IModule.</summary>
    private static void Forward(SourceWriter writer, SEBlockPlan plan)
    {
        const string Memory = "global::System.ReadOnlyMemory<float> input";
        foreach ((string method, string from) in new[] { ("Forward", Input), ("ForwardTraining", Input), ("ForwardTrainingByReference", Memory) })
        {
            Method(writer, method, $"{from}, {Output}", "input, output", isPublic: plan.IsFixed);
            Method(writer, method, $"{from}, {Output}{Size}", $"input, output{SizeArguments}", isPublic: !plan.IsFixed);
        }

        Method(
            writer, "Forward", "in global::System.Numerics.Tensors.ReadOnlyTensorSpan<float> input, in global::System.Numerics.Tensors.TensorSpan<float> output",
            "input, output", isPublic: true);
        Method(writer, "Backward", "global::System.ReadOnlySpan<float> outputGradient, global::System.Span<float> inputGradient", "outputGradient, inputGradient", isPublic: true);

        Method(writer, "Excite", $"{Input}, global::System.Span<float> gates", "input, gates", isPublic: plan.IsFixed, of: "IGate");
        Method(writer, "Excite", $"{Input}, global::System.Span<float> gates{Size}", $"input, gates{SizeArguments}", isPublic: !plan.IsFixed, of: "IGate");
    }

    private static void Checkpoints(SourceWriter writer)
    {
        Method(writer, "LoadWeights", "string path, global::SeGen.Naming naming = global::SeGen.Naming.SeGen, bool strict = true", "path, global::SeGen.KeyMap.From(naming), strict", isPublic: true);
        Method(writer, "LoadWeights", "string path, global::SeGen.KeyMap keys, bool strict = true", "path, keys, strict", isPublic: true);
        Method(writer, "LoadWeights", "global::System.IO.Stream stream, global::SeGen.KeyMap? keys = null, bool strict = true", "stream, keys, strict", isPublic: true);
        Method(writer, "LoadWeights", "global::System.ReadOnlyMemory<byte> memory, global::SeGen.KeyMap? keys = null, bool strict = true", "memory, keys, strict", isPublic: true);
        Method(writer, "SaveWeights", "string path, global::SeGen.Naming naming = global::SeGen.Naming.SeGen", "path, naming", isPublic: true);
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
