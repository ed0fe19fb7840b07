using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace SeGen.Tests.Generator;

/// <summary>Which attributes may stand together on a class, what a network is called and costs, and what a layer of the user's own must be.</summary>
public class NetworkDiagnosticsTests
{
    private const string Roots = "[SEBlock], [SEResidual], [InvertedResidual] or [SENetwork]";

    [Theory]
    [InlineData("Conv", "[[|Conv(16)|], ReLU] partial class Net;")]
    [InlineData("ReLU", "[Budget(Parameters = 5), [|ReLU|]] partial class Net;")]
    [InlineData("Linear", "[SEBlock(16), [|Linear(10)|]] partial class Net;")]
    [InlineData("GlobalAveragePool", "[SEResidual(16), [|GlobalAveragePool|]] partial class Net;")]
    [InlineData("Layer", "[[|Layer<Net>|], InvertedResidual(16, Expand = 16)] partial class Net;")]
    public void A_layer_needs_a_network(string layer, string source) => DiagnosticAssert.Error(
        "SEGEN017", $"[{layer}] is a layer of a network; write [SENetwork] above the layers of 'Net', or remove it", source);

    [Theory]
    [InlineData("[SENetwork(3), Conv(16)] partial class Net; [[|ReLU|], MaxPool(2)] partial class Net;")]
    [InlineData("[Conv(16)] partial class Net; [[|SENetwork(3)|]] partial class Net;")]
    [InlineData("[SEBlock(Reduction = 4)] partial class Net; [[|SEResidual(16)|]] partial class Net;")]
    public void Layers_stand_on_one_declaration(string source) => DiagnosticAssert.Error(
        "SEGEN018", "The attributes of 'Net' stand on several partial declarations, whose order is not fixed; write them all on one", source);

    [Theory]
    [InlineData("InvertedResidual", "SEResidual(16), [|InvertedResidual(16, Expand = 32)|]")]
    [InlineData("InvertedResidual", "[|InvertedResidual(16, Expand = 32)|], SEBlock, SEResidual(16)")]
    [InlineData("SEResidual", "SEResidual(16), [|SEResidual(16)|]")]
    public void A_module_is_of_one_kind(string second, string attributes) => DiagnosticAssert.Error(
        "SEGEN019",
        $"'Net' has both [SEResidual] and [{second}]; keep one, or write [SENetwork] to make them layers",
        $"[{attributes}] partial class Net;");

    [Fact]
    public void A_block_has_one_gate_attribute_beside_it() => DiagnosticAssert.Error(
        "SEGEN007",
        "'Net' has more than one [SEBlock]; keep one of them",
        "[SEBlock(Reduction = 4), SEResidual(16), [|SEBlock(Reduction = 4)|]] partial class Net;");

    [Theory]
    [InlineData("[|SENetwork(3)|]")]
    [InlineData("Budget(Parameters = 5), [|SENetwork(3, Height = 8, Width = 8)|]")]
    public void A_network_has_layers(string attributes) => DiagnosticAssert.Error(
        "SEGEN020", "Write the layers of the network below [SENetwork]: there are none", $"[{attributes}] partial class Net;");

    [Theory]
    [InlineData("Height", "SEResidual(16, [|Height = 8|])")]
    [InlineData("Width", "SEBlock([|Width = 8|])")]
    [InlineData("MaxBatch", "InvertedResidual(16, Expand = 16, [|MaxBatch = 8|])")]
    public void The_size_is_the_networks(string name, string layer) => DiagnosticAssert.Error(
        "SEGEN028",
        $"{name} belongs to [SENetwork], which it describes as a whole; remove it from the layer",
        $"[SENetwork(16), {layer}] partial class Net;");

    [Theory]
    [InlineData("Reduction is 8 here and 16 in [SEResidual]", "SEBlock([|Reduction = 8|]), SEResidual(64, Reduction = 16)")]
    [InlineData("Channels is 32 here and 64 in [SEResidual]", "SEResidual(64), SEBlock([|32|])")]
    [InlineData("Squeeze is Max here and Mean in [SEResidual]", "SEBlock([|Squeeze = Squeeze.Max|]), SEResidual(64, Squeeze = Squeeze.Mean)")]
    [InlineData("Name is b here and a in [InvertedResidual]", "InvertedResidual(64, Expand = 64, Name = \"a\"), SEBlock([|Name = \"b\"|])")]
    public void A_setting_written_twice_must_agree(string message, string attributes)
        => DiagnosticAssert.Error("SEGEN029", $"{message}; write it once", $"[{attributes}] partial class Net;");

    [Fact]
    public void The_same_value_may_be_written_twice() => DiagnosticAssert.Nothing(
        "[SEBlock(16, Reduction = 4, Squeeze = Squeeze.Max), SEResidual(16, Reduction = 4, Squeeze = Squeeze.Max)] partial class Net;");

    [Theory]
    [InlineData("Conv \"conv\"", "conv", "Conv(8, Name = \"conv\"), ReLU, Conv(8, [|Name = \"conv\"|])")]
    [InlineData("Conv", "0", "Conv(8), Conv(8, [|Name = \"0\"|])")]
    [InlineData("Conv \"1\"", "1", "Conv(8, Name = \"1\"), [|BatchNorm|]")]
    [InlineData("Conv", "", "Conv(8, Name = \"\"), BatchNorm([|Name = \"\"|])")]
    [InlineData("SEResidual \"layer1\"", "layer1.conv1", "SEResidual(Reduction = 2, Name = \"layer1\"), Conv(8, [|Name = \"layer1.conv1\"|])")]
    [InlineData("SEBlock \"se\"", "se.fc2", "SEBlock(Reduction = 2, Name = \"se\"), GlobalAveragePool, Linear(4, [|Name = \"se.fc2\"|])")]
    public void Two_layers_cannot_have_the_same_name(string first, string name, string layers) => DiagnosticAssert.Error(
        "SEGEN030", $"{first} already has parameters named '{name}'; give the layer another Name", $"[SENetwork(8), {layers}] partial class Net;");

    [Theory]
    [InlineData("Conv(8, Name = \"a\"), BatchNorm(Name = \"a.bn\"), ReLU(Name = \"a\")")]
    [InlineData("Conv(8, Name = \"1\"), ReLU, BatchNorm")]
    public void Other_names_are_fine(string layers) => DiagnosticAssert.Nothing($"[SENetwork(8), {layers}] partial class Net;");

    [Theory]
    [InlineData("Parameters", "parameters")]
    [InlineData("MultiplyAdds", "multiply-adds")]
    [InlineData("WorkspaceBytes", "bytes of workspace")]
    public void A_module_keeps_its_budget(string name, string unit)
    {
        const string Attributes = "SENetwork(8, Height = 5, Width = 7), Conv(16), BatchNorm, ReLU, SEBlock, GlobalAveragePool, Linear(10)";
        GeneratorResult free = DiagnosticAssert.Nothing($"[{Attributes}] partial class Net;");
        string constant = name == "Parameters" ? "ParameterCount" : name;
        string text = Assert.Single(free.Sources, s => s.HintName == "Net.g.cs").SourceText.ToString();
        long exact = long.Parse(Regex.Match(text, $@"public const long {constant} = (\d+);").Groups[1].Value, CultureInfo.InvariantCulture);

        DiagnosticAssert.Nothing(string.Create(CultureInfo.InvariantCulture, $"[{Attributes}, Budget({name} = {exact})] partial class Net;"));
        DiagnosticAssert.Error(
            "SEGEN027",
            string.Create(
                CultureInfo.InvariantCulture,
                $"'Net' has {exact:N0} {unit}, more than its budget of {exact - 1:N0}; make it smaller, or raise the budget"),
            string.Create(CultureInfo.InvariantCulture, $"[{Attributes}, Budget([|{name} = {exact - 1}|])] partial class Net;"));
    }

    [Fact]
    public void Every_bound_that_is_passed_is_reported() => Assert.Equal(
        ["Parameters = 1", "MultiplyAdds = 2", "WorkspaceBytes = 3"],
        GeneratorHarness.Run("[Budget(Parameters = 1, MultiplyAdds = 2, WorkspaceBytes = 3), SEBlock(16)] partial class Gate;")
            .Reported.Select(d => d.Location.SourceTree!.GetText().ToString(d.Location.SourceSpan)));

    [Theory]
    [InlineData("multiply-adds", "MultiplyAdds = 1")]
    [InlineData("bytes of workspace", "WorkspaceBytes = long.MaxValue")]
    public void A_budget_of_what_depends_on_the_size_needs_one(string unit, string bound) => DiagnosticAssert.Error(
        "SEGEN032",
        $"Write Height and Width: without a size the {unit} of 'Net' are not known",
        $"[SENetwork(8), Conv(8), Budget([|{bound}|])] partial class Net;");

    [Fact]
    public void A_budget_of_nothing_is_a_warning() => DiagnosticAssert.Check(
        "SEGEN015",
        DiagnosticSeverity.Warning,
        "[Budget] has no effect on a class that is no module; remove it",
        "[[|Budget(Parameters = 5)|]] partial class Net;");

    [Theory]
    [InlineData("'Other' cannot be a layer: it is no module; annotate it with " + Roots, "Other")]
    [InlineData("'float[]' cannot be a layer: it is no class; name one with " + Roots, "float[]")]
    [InlineData("'IDisposable' cannot be a layer: it is no class; name one with " + Roots, "System.IDisposable")]
    [InlineData("'Net' cannot be a layer: it would contain itself; remove this layer", "Net")]
    public void A_layer_of_the_users_own_is_a_module(string message, string type)
        => DiagnosticAssert.Error("SEGEN025", message, $"[SENetwork(3), ReLU, [|Layer<{type}>|]] partial class Net; class Other;");

    [Fact]
    public void Modules_in_a_circle_are_told_so()
    {
        GeneratorResult result = GeneratorHarness.Run(
            "[SENetwork(3), Layer<B>] partial class A; [SENetwork(3), ReLU, Layer<A>] partial class B; [SENetwork(3), Layer<B>] partial class C;");

        Assert.Null(result.Run.Exception);
        DiagnosticAssert.StubsAlone(result);
        Assert.Equal(
            [
                "'A' cannot be a layer: it contains 'B' itself; remove one of the two layers",
                "'B' cannot be a layer: it contains 'A' itself; remove one of the two layers",
                "'B' cannot be a layer: it contains 'A' itself; remove one of the two layers",
            ],
            result.Reported.Select(d => d.GetMessage(CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("SEGEN010", "[SEBlock(16, Reduction = 0)]")]
    [InlineData("SEGEN010", "[SENetwork(16, Reduction = 0), SEBlock]")]
    [InlineData("SEGEN021", "[SENetwork(16), Conv(32), SEBlock(16)]")]
    [InlineData("SEGEN019", "[SEResidual(16), SEResidual(16)]")]
    public void A_module_that_is_wrong_is_no_layer(string id, string attributes)
    {
        GeneratorResult result = GeneratorHarness.Run($"{attributes} partial class Inner; [SENetwork(16), Layer<Inner>] partial class Net;");

        Assert.Null(result.Run.Exception);
        DiagnosticAssert.StubsAlone(result);
        Assert.Equal([id, "SEGEN025"], result.Reported.Select(d => d.Id));
        Assert.Equal(
            "'Inner' cannot be a layer: its own declaration is wrong; correct that first", result.Reported[1].GetMessage(CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("CS0246", "Layer<Missing>")]
    [InlineData("CS0452", "Layer<int>")]
    [InlineData("CS1503", "Conv(\"16\")")]
    [InlineData("CS0103", "SEResidual(16, Body = ResidualBodies.Conv)")]
    [InlineData("CS1503", "Linear(1.5), Budget(Parameters = 1)")]
    public void What_the_compiler_refuses_is_left_to_it(string id, string layer)
        => DiagnosticAssert.LeftToTheCompiler(id, $"[SENetwork(16), {layer}] partial class Net;");

    [Fact]
    public void Names_and_strings_of_any_form_compile() => DiagnosticAssert.Nothing(
        """"""
        [SENetwork(16), Conv(16, Name = """
            conv\1
            """), SEBlock(Name = @"a\b"), BatchNorm(Name = "<&>"), Conv(16, Name = """""x""""")]
        partial class Net;
        """""");
}
