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
