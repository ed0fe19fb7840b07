namespace SeGen.Tests.Generator;

/// <summary>What a class must not have, because SeGen writes it.</summary>
public class MemberDiagnosticsTests
{
    private const string Spans = "System.ReadOnlySpan<float> input, System.Span<float> output";

    [Theory]
    [InlineData("Summary", "public string [|Summary|] = \"\";")]
    [InlineData("Threads", "public int [|Threads|] { get; set; }")]
    [InlineData("InputChannels", "const int [|InputChannels|] = 3;")]
    [InlineData("_seGen", "int [|_seGen|];")]
    [InlineData("Forward", "class [|Forward|];")]
    [InlineData("get_Threads()", "int [|get_Threads|]() => 0;")]
    [InlineData("Parameters()", "void [|Parameters|]() { }")]
    [InlineData("Gate()", "public [|Gate|]() { }")]
    [InlineData("Gate(int)", "internal [|Gate|](int seed) { }")]
    [InlineData("Forward(ReadOnlySpan<float>, Span<float>)", $"public void [|Forward|]({Spans}) {{ }}")]
    [InlineData("LoadWeights(Stream, KeyMap?, bool)", "void [|LoadWeights|](System.IO.Stream file, KeyMap? keys, bool strict) { }")]
    [InlineData("LoadWeights(ReadOnlyMemory<byte>, Naming, bool)", "void [|LoadWeights|](System.ReadOnlyMemory<byte> file, Naming naming, bool strict) { }")]
    [InlineData("Load(string, Naming, bool, bool)", "static Gate [|Load|](string path, Naming naming, bool strict, bool release) => null!;")]
    [InlineData("Load(Stream, KeyMap, bool, bool)", "static Gate [|Load|](System.IO.Stream file, KeyMap keys, bool strict, bool release) => null!;")]
    [InlineData("SaveWeights(string, Naming, WeightType)", "void [|SaveWeights|](string path, Naming naming, WeightType type) { }")]
    [InlineData("Verify(string, float)", "void [|Verify|](string path, float tolerance) { }")]
    [InlineData("OutputSize(int, int)", "static int [|OutputSize|](int height, int width) => 0;")]
    [InlineData("IModule.Threads", "int IModule.[|Threads|] { get; set; }")]
    [InlineData("IGate.Excite(ReadOnlySpan<float>, Span<float>)", $"void IGate.[|Excite|]({Spans}) {{ }}")]
    [InlineData("IModule.ForwardTraining(ReadOnlySpan<float>, Span<float>)", $"void IModule.[|ForwardTraining|]({Spans}) {{ }}")]
    public void A_member_that_SeGen_writes_is_refused(string member, string code) => DiagnosticAssert.Error(
        "SEGEN004",
        $"'Gate' already has {member}, which SeGen would write; rename or remove it",
        $$"""
        [SEBlock(16)]
        partial class Gate
        {
            {{code}}
        }
        """);

    [Fact]
    public void Every_member_in_the_way_is_reported_where_it_stands() => Assert.Equal(
        ["Forward", "Backward"],
        GeneratorHarness.Run(
            $$"""[SEBlock(16)] partial class Gate { string Name => ""; int Forward; }""",
            $$"""partial class Gate { void Other() { } static void Backward({{Spans}}) { } }""")
            .Reported.Select(d => d.Location.SourceTree!.ToString().Substring(d.Location.SourceSpan.Start, d.Location.SourceSpan.Length)));

    [Fact]
    public void An_inherited_member_is_reported_at_the_class() => DiagnosticAssert.Error(
        "SEGEN004",
        "'Gate' already has Base.Summary, which SeGen would write; rename or remove it",
        """
        class Base { protected string Summary => ""; }
        class Middle : Base { string Threads => ""; public void Forward() { } }
        [SEBlock(16)] partial class [|Gate|] : Middle;
        """);

    [Fact]
    public void What_Emit_Cuda_adds_is_in_the_way_there_alone()
    {
        DiagnosticAssert.Error(
            "SEGEN004",
            "'Gate' already has CreateCuda(GpuPolicy, int?), which SeGen would write; rename or remove it",
            "[SEBlock(16, Emit = Emit.Cuda)] partial class Gate { void [|CreateCuda|](GpuPolicy policy, int? device) { } }");
        DiagnosticAssert.Nothing("[SEBlock(16)] partial class Gate { public void CreateCuda(GpuPolicy policy, int? device) { } }");
    }

    [Theory]
    [InlineData("public float[] Forward(string text) => [];")]
    [InlineData("public void Forward(float[] input, float[] output) => Forward(input, output, 1, 1);")]
    [InlineData($"public void Forward<T>({Spans}) {{ }}")]
    [InlineData("public Gate(string path) : this() => LoadWeights(path);")]
    [InlineData("static Gate() { }")]
    [InlineData("public static Gate Load(System.IO.Stream stream) => new Gate(1);")]
    [InlineData("public int Channels => InputChannels; public int Hidden; public class Definition; public int get_Value() => 0;")]
    [InlineData("public int this[int i] => i; public static Gate operator +(Gate a, Gate b) => a; ~Gate() { }")]
    public void Overloads_with_other_parameters_and_other_members_are_fine(string code) => DiagnosticAssert.Nothing(
        $$"""
        [SEBlock(16)]
        partial class Gate
        {
            {{code}}
        }
        """);

    [Theory]
    [InlineData("Forward")]
    [InlineData("Summary")]
    [InlineData("InputChannels")]
    [InlineData("Load")]
    public void A_class_cannot_be_named_like_a_member(string name) => DiagnosticAssert.Error(
        "SEGEN005",
        $"Rename '{name}': a class cannot have the name of its own member, and SeGen writes one of that name",
        $"[SEBlock(16)] partial class [|{name}|];");

    [Fact]
    public void A_module_within_a_module_is_fine()
        => Assert.Equal(
            ["Outer.Inner.g.cs", "Outer.g.cs"],
            DiagnosticAssert.Nothing("[SEBlock(16)] partial class Outer { [SEBlock(4, Reduction = 2)] partial class Inner; }").HintNames);
}
