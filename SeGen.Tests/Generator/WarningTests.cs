using Microsoft.CodeAnalysis;

namespace SeGen.Tests.Generator;

/// <summary>What is said of a declaration that is right but probably not meant.</summary>
public class WarningTests
{
    private const string Perimeter =
        "Squeeze.SumOverHPlusW divides by H + W, which is not the mean (at 224 x 224 it is 112 times the mean, and the gate saturates); "
        + "keep it only for weights that were trained with it";

    [Theory]
    [InlineData("Reduction has no effect beside Hidden; remove it", "Hidden = 4, [|Reduction = 16|]")]
    [InlineData("HiddenRule has no effect beside Hidden; remove it", "[|HiddenRule = HiddenRule.AtLeastOne|], Hidden = 4")]
    [InlineData("Divisor has no effect beside Hidden; remove it", "Hidden = 4, [|Divisor = 4|]")]
    [InlineData("Divisor has no effect without HiddenRule.MakeDivisible; remove it", "[|Divisor = 4|]")]
    [InlineData("RoundLimit has no effect without HiddenRule.MakeDivisible; remove it", "HiddenRule = HiddenRule.AtLeastOne, [|RoundLimit = 0.5|]")]
    public void A_setting_without_effect_is_a_warning(string message, string arguments)
        => DiagnosticAssert.Warning("SEGEN015", message, $"[SEBlock(32, {arguments})] partial class Gate;");

    [Theory]
    [InlineData("")]
    [InlineData(", Height = 7, Width = 7")]
    public void A_squeeze_by_the_perimeter_is_a_warning(string size)
        => DiagnosticAssert.Warning("SEGEN016", Perimeter, $"[SEBlock(32, [|Squeeze = Squeeze.SumOverHPlusW|]{size})] partial class Gate;");

    [Theory]
    [InlineData("Reduction has no effect beside SEPlacement.None; remove it", "SEResidual(64, Placement = SEPlacement.None, [|Reduction = 8|])")]
    [InlineData(
        "Bias has no effect beside SEPlacement.None; remove it",
        "SEBlock([|Bias = SEBias.None|]), InvertedResidual(16, Expand = 64, Placement = SEPlacement.None)")]
    [InlineData(
        "Hidden has no effect beside SEPlacement.None; remove it",
        "SENetwork(16), SEResidual(64, Placement = SEPlacement.None, [|Hidden = 8|])")]
    [InlineData("Reduction has no effect beside Hidden; remove it", "SEBlock([|Reduction = 8|]), SEResidual(64, Hidden = 4)")]
    [InlineData("Divisor has no effect without HiddenRule.MakeDivisible; remove it", "SENetwork(16, [|Divisor = 4|]), SEBlock")]
    [InlineData("Divisor has no effect without HiddenRule.MakeDivisible; remove it", "SENetwork(16), SEBlock([|Divisor = 4|])")]
    public void So_it_is_in_a_block_or_network(string message, string attributes)
        => DiagnosticAssert.Warning("SEGEN015", message, $"[{attributes}] partial class Net;");

    [Theory]
    [InlineData("SENetwork(16, HiddenRule = HiddenRule.MakeDivisible), SEBlock(Divisor = 4)")]
    [InlineData("SENetwork(16, Divisor = 4), SEBlock(HiddenRule = HiddenRule.MakeDivisible)")]
    [InlineData("SENetwork(16, Hidden = 4), SEBlock(Reduction = 4)")]
    [InlineData("SENetwork(16, Reduction = 4), SEBlock(Hidden = 4), SEResidual(Placement = SEPlacement.None)")]
    public void What_network_and_layer_say_together_has_an_effect(string attributes)
        => DiagnosticAssert.Nothing($"[{attributes}] partial class Net;");

    [Theory]
    [InlineData("SEResidual(64, [|Squeeze = Squeeze.SumOverHPlusW|])")]
    [InlineData("SEBlock([|Squeeze = Squeeze.SumOverHPlusW|]), InvertedResidual(16, Expand = 16)")]
    [InlineData("SENetwork(64, [|Squeeze = Squeeze.SumOverHPlusW|]), SEBlock")]
    [InlineData("SENetwork(64), SEBlock([|Squeeze = Squeeze.SumOverHPlusW|])")]
    public void So_is_a_squeeze_by_the_perimeter_in_a_block_or_network(string attributes)
        => DiagnosticAssert.Warning("SEGEN016", Perimeter, $"[{attributes}] partial class Net;");

    [Fact]
    public void A_warning_is_given_once_where_the_module_is_declared()
    {
        GeneratorResult result = DiagnosticAssert.Check(
            "SEGEN016", DiagnosticSeverity.Warning, Perimeter,
            "[SEBlock(32, [|Squeeze = Squeeze.SumOverHPlusW|])] partial class Gate; [SENetwork(32), Layer<Gate>] partial class Net;");
        Assert.Contains("Net.g.cs", result.HintNames);
    }

    [Theory]
    [InlineData("SEGEN015", "Divisor = 4")]
    [InlineData("SEGEN016", "Squeeze = Squeeze.SumOverHPlusW")]
    public void A_pragma_silences_a_warning(string id, string argument) => DiagnosticAssert.Nothing(
        $"""
        #pragma warning disable {id}
        [SEBlock(32, {argument})]
        partial class Gate;
        #pragma warning restore {id}
        """);

    [Fact]
    public void Settings_that_have_an_effect_are_no_warning()
        => DiagnosticAssert.Nothing("[SEBlock(32, HiddenRule = HiddenRule.MakeDivisible, Divisor = 4, RoundLimit = 0.5, Reduction = 4)] partial class Gate;");
}
