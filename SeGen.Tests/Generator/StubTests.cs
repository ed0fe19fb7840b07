using Microsoft.CodeAnalysis;

namespace SeGen.Tests.Generator;

/// <summary>A wrong declaration is one error: what uses the class compiles against members that throw.</summary>
public class StubTests
{
    // Every member, in every form, as users call them.
    private const string Uses = """
        static class Uses
        {
            public static void All(string path, System.IO.Stream stream, byte[] bytes, KeyMap keys)
            {
                M m = new M(), n = new(3), o = M.Load(path), p = M.Load(stream, keys), q = M.Load(bytes, Naming.Timm, strict: false, release: true);
                float[] x = new float[M.InputLength], y = new float[M.OutputLength / M.InputChannels];
                m.Forward(x, y);
                m.Forward(x, y, M.InputHeight, M.InputWidth);
                m.ForwardTraining(x, y);
                m.ForwardTraining(x, y, 3, 3);
                m.ForwardTrainingByReference(x, y);
                m.Backward(y, []);
                LoadReport report = m.LoadWeights(path, strict: false);
                m.LoadWeights(stream);
                m.LoadWeights(bytes, keys);
                m.SaveWeights(path, Naming.Timm, WeightType.F16);
                m.Verify(path);
                m.Prepare(releaseParameters: true);
                m.Threads = 2;
                m.FreezeStatistics = !m.FreezeStatistics;
                m.DropoutSeed++;
                M s = m.ShareWeights();
                IModule module = m;
                long count = M.ParameterCount + M.MultiplyAdds + M.WorkspaceBytes + module.Parameters.Count + M.Summary.Length + M.OutputSize(3, 3).Channels;
            }
        }
        """;

    [Theory]
    [InlineData("SEGEN024", "[SEResidual(InChannels = 16, Channels = 32, Shortcut = Shortcut.Identity)] partial class M;")]
    [InlineData("SEGEN013", "[SEBlock(8)] partial class M;")]
    [InlineData("SEGEN020", "[SENetwork(3)] partial class M;")]
    [InlineData("SEGEN032", "[InvertedResidual(16)] partial class M;")]
    [InlineData("SEGEN008", "[SEBlock] partial class M;")]
    [InlineData("SEGEN004", "[SEBlock(16)] partial class M { public int Threads { get; set; } public void Forward(System.ReadOnlySpan<float> x, System.Span<float> y) { } }")]
    [InlineData("SEGEN004", "[SENetwork(3), Conv(4)] partial class M { public M() { } public static M Load(string path, Naming naming = Naming.SeGen, bool strict = true, bool release = false) => new(); }")]
    [InlineData("SEGEN004", "[SEBlock(16)] partial class M { public string get_Summary() => \"\"; }")]
    public void Uses_of_a_class_whose_declaration_is_wrong_are_no_errors(string id, string declaration)
    {
        // get_Summary takes the name of a property's method: that one use has no member.
        string uses = declaration.Contains("get_Summary", StringComparison.Ordinal) ? Uses.Replace(" + M.Summary.Length", "", StringComparison.Ordinal) : Uses;
        GeneratorResult result = GeneratorHarness.Run($"{declaration}\n{uses}");
        Assert.Null(result.Run.Exception);
        Assert.All(result.Reported, d => Assert.Equal(id, d.Id));
        Assert.NotEmpty(result.Reported);
        Assert.Empty(result.CompilerComplaints);
        DiagnosticAssert.StubsAlone(result);
    }

    [Fact]
    public void An_argument_that_the_compiler_refuses_is_one_error_too()
    {
        GeneratorResult result = GeneratorHarness.Run($"[SEBlock(\"many\")] partial class M;\n{Uses}");
        Assert.Empty(result.Reported);
        Assert.Equal("CS1503", Assert.Single(result.CompilerComplaints).Id);
    }

    [Fact]
    public void Members_that_stand_in_for_a_module_throw_and_name_the_errors()
    {
        GeneratorResult result = GeneratorHarness.Run("namespace A; partial class Outer { [SEBlock(8, Emit = Emit.Cuda)] public partial class M; class Use { GpuModule Gpu(M m) => m.CreateCuda(); } }");
        Assert.Empty(result.CompilerComplaints);
        Assert.Contains("throw new global::System.InvalidOperationException(\"A.Outer.M is declared wrongly: see SEGEN013 in the build's log.\")", result.Text, StringComparison.Ordinal);
        Assert.Contains("// The declaration of A.Outer.M is wrong (SEGEN013).\n// Its members stand here so that this is the only error; all of them throw.\n", result.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[SEBlock(8)] class M;")]
    [InlineData("[SEBlock(8)] partial class M<T>;")]
    [InlineData("[SEBlock(8)] static partial class M;")]
    [InlineData("class Outer { [SEBlock(8)] partial class M; }")]
    [InlineData("[SEBlock(8)] partial class M(int x) { int X => x; }")]
    public void A_class_that_no_part_can_be_written_of_gets_none(string declaration) => Assert.Empty(GeneratorHarness.Run(declaration).Sources);

    [Fact]
    public void A_message_points_to_the_layer_whose_fault_it_is_and_to_the_other()
    {
        Check("[SENetwork(3, Height = 224, Width = 224), Conv(8, [|Stride = 64|], Name = \"stem\"), ReLU, {|MaxPool(5)|}] partial class M;");
        Check("[SENetwork(3, Height = 8, Width = 8), {|MaxPool(2)|}, MaxPool(2, Stride = 1), [|MaxPool(4)|]] partial class M;");
        Check("[SENetwork(3), {|Conv(10)|}, BatchNorm, Conv(12, [|Groups = 4|])] partial class M;".Replace("{|Conv(10)|}, BatchNorm", "Conv(10), {|BatchNorm|}", StringComparison.Ordinal));
        Check("[SENetwork(3), {|Conv(10)|}, SEResidual(10, [|InChannels = 12|])] partial class M;");

        static void Check(string source)
        {
            string plain = source.Replace("{|", "", StringComparison.Ordinal).Replace("|}", "", StringComparison.Ordinal);
            MarkedSource marked = MarkedSource.Parse(plain), others = MarkedSource.Parse(source.Replace("[|", "", StringComparison.Ordinal).Replace("|]", "", StringComparison.Ordinal).Replace("{|", "[|", StringComparison.Ordinal).Replace("|}", "|]", StringComparison.Ordinal));
            Diagnostic reported = Assert.Single(GeneratorHarness.Run(marked.Text).Reported);
            Assert.Equal(Assert.Single(marked.Spans), reported.Location.SourceSpan);
            Assert.Equal(Assert.Single(others.Spans), Assert.Single(reported.AdditionalLocations).SourceSpan);
        }
    }

    [Theory]
    [InlineData(
        "The window of 5 pixels of MaxPool is larger than its input of 4 x 4, padding included; lower the stride of 64 of Conv \"stem\", which leaves 4 x 4 of 224 x 224, pad it, or enlarge the input",
        "[SENetwork(3, Height = 224, Width = 224), Conv(8, [|Stride = 64|], Name = \"stem\"), MaxPool(5)] partial class M;")]
    [InlineData("The window of 9 pixels of MaxPool is larger than its input of 8 x 8, padding included; pad it, or enlarge the input", "[SENetwork(3, Height = 8, Width = 8), [|MaxPool(9)|]] partial class M;")]
    public void A_window_that_finds_no_pixels_says_who_took_them(string message, string source) => DiagnosticAssert.Error("SEGEN022", message, source);

    [Fact]
    public void Groups_that_do_not_divide_are_answered_by_those_that_do() => DiagnosticAssert.Error(
        "SEGEN023", "5 groups do not divide 24 input and 36 output channels; write one of 1, 2, 3, 4, 6, 12", "[SENetwork(24), Conv(36, [|Groups = 5|])] partial class M;");
}
