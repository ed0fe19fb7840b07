namespace SeGen.Tests.Generator;

/// <summary>What the settings of a gate must be.</summary>
public class GateDiagnosticsTests
{
    [Theory]
    [InlineData("[[|SEBlock|]] partial class Gate;")]
    [InlineData("[[|SEBlock()|]] partial class Gate;")]
    [InlineData("[System.Obsolete, [|SeGen.SEBlockAttribute(Reduction = 4)|]] partial class Gate;")]
    public void Channels_must_be_written(string source) => DiagnosticAssert.Error(
        "SEGEN008", "Write Channels: the number of channels of 'Gate' cannot be inferred from anything", source);

    [Fact]
    public void Channels_written_twice_must_agree()
    {
        DiagnosticAssert.Error(
            "SEGEN009",
            "Channels is 8 where it has no name and 16 where it has; write it once",
            "[SEBlock(8, Reduction = 2, [|Channels = 16|])] partial class Gate;");
        DiagnosticAssert.Nothing("[SEBlock(16, Channels = 16)] partial class Gate;");
    }

    [Theory]
    [InlineData("Channels is 0; it must be at least 1", "[|0|]")]
    [InlineData("Channels is -3; it must be at least 1", "[|Channels = -3|]")]
    [InlineData("Channels is -2147483648; it must be at least 1", "[|channels: int.MinValue|]")]
    [InlineData("Reduction is 0; it must be at least 1", "8, [|Reduction = 0|]")]
    [InlineData("Hidden is 0; it must be at least 1", "8, [|Hidden = 0|]")]
    [InlineData("Height is 0; it must be at least 1", "8, [|Height = 0|], Width = 1")]
    [InlineData("Width is -1; it must be at least 1", "8, Height = 1, [|Width = -1|]")]
    [InlineData("MaxBatch is 0; it must be at least 1", "8, [|MaxBatch = 0|]")]
    [InlineData("Divisor is 0; it must be at least 1", "8, HiddenRule = HiddenRule.MakeDivisible, [|Divisor = 0|]")]
    [InlineData("RoundLimit is 1.5; it must be from 0 to 1", "8, HiddenRule = HiddenRule.MakeDivisible, [|RoundLimit = 1.5|]")]
    [InlineData("RoundLimit is NaN; it must be from 0 to 1", "8, HiddenRule = HiddenRule.MakeDivisible, [|RoundLimit = double.NaN|]")]
    public void A_value_out_of_range_is_refused(string message, string arguments)
        => DiagnosticAssert.Error("SEGEN010", message, $"[SEBlock({arguments})] partial class Gate;");

    [Theory]
    [InlineData("Squeeze is 9, which is no value of that enum; use one of Mean, SumOverHPlusW, Max, MeanMaxAverage", "[|Squeeze = (Squeeze)9|]")]
    [InlineData("Bias is -1, which is no value of that enum; use one of Both, None, SecondOnly, FirstOnly", "[|Bias = (SEBias)(-1)|]")]
    [InlineData("Activation is 5, which is no value of that enum; use one of ReLU, ReLU6, SiLU, HardSwish, Identity", "[|Activation = (Activation)5|]")]
    [InlineData("Gate is 2, which is no value of that enum; use one of Sigmoid, HardSigmoid", "[|Gate = (Gate)2|]")]
    [InlineData("Emit is 2, which is no value of that enum; use one of Cpu, Cuda", "[|Emit = (Emit)2|]")]
    [InlineData(
        "HiddenRule is 6, which is no value of that enum; use one of Floor, FloorAllowZero, AtLeastOne, HalfIfSmall, RoundHalfEven, MakeDivisible",
        "[|HiddenRule = (HiddenRule)6|]")]
    public void An_undefined_value_is_refused(string message, string argument)
        => DiagnosticAssert.Error("SEGEN011", message, $"[SEBlock(32, {argument})] partial class Block;");

    [Theory]
    [InlineData("Height", "Width")]
    [InlineData("Width", "Height")]
    public void Height_and_width_belong_together(string written, string missing) => DiagnosticAssert.Error(
        "SEGEN012",
        $"{written} is written without {missing}; write both to fix the size, or neither to take any size at run time",
        $"[SEBlock(16, [|{written} = 7|])] partial class Gate;");

    [Theory]
    [InlineData(8, 16, "[|SEBlock(8)|]")]
    [InlineData(15, 16, "[|SEBlock(Channels = 15)|]")]
    [InlineData(3, 4, "SEBlock(3, [|Reduction = 4|])")]
    [InlineData(8, 16, "SEBlock(8, HiddenRule = HiddenRule.RoundHalfEven, [|Reduction = 16|])")]
    public void A_hidden_width_of_0_is_refused(int channels, int reduction, string attribute) => DiagnosticAssert.Error(
        "SEGEN013",
        $"{channels} channels reduced by {reduction} leave a hidden width of 0; lower Reduction, write Hidden, or choose a HiddenRule: AtLeastOne, "
            + "HalfIfSmall, or FloorAllowZero for PyTorch's constant gate",
        $"[{attribute}] partial class Gate;");

    [Theory]
    [InlineData("The packed weights would have 3,355,606,880 values; a tensor can have at most 2,147,483,000", "[|65536|], Hidden = 25594")]
    [InlineData("The packed weights would have 137,438,953,472 values; a tensor can have at most 2,147,483,000", "[|16|], Hidden = int.MaxValue")]
    [InlineData("The scratch of MaxBatch images would have 3,172,865,568 values; a tensor can have at most 2,147,483,000", "32768, Hidden = 30000, [|MaxBatch = 2400|]")]
    [InlineData("An image would have 3,288,334,336 values; a tensor can have at most 2,147,483,000", "[|Channels = 65536|], Height = 224, Width = 224")]
    [InlineData("MaxBatch images would have 6,576,668,672 values; a tensor can have at most 2,147,483,000", "128, Height = 224, Width = 224, [|MaxBatch = 1024|]")]
    [InlineData("MaxBatch images would have 34,359,738,352 values; a tensor can have at most 2,147,483,000", "16, [|MaxBatch = int.MaxValue|]")]
    [InlineData("The scratch of MaxBatch images would have 3,920,000,128 values; a tensor can have at most 2,147,483,000", "16, [|MaxBatch = 10000000|]")]
    public void A_tensor_that_cannot_be_allocated_is_refused(string message, string arguments)
        => DiagnosticAssert.Error("SEGEN014", message, $"[SEBlock({arguments})] partial class Gate;");

    [Theory]
    [InlineData("", "SEBlock(8), [|SEBlock(16)|]")]
    [InlineData("[[|SEBlock(8)|]] partial class Gate;", "SEBlock(8)")]
    public void A_second_gate_attribute_is_refused(string other, string attributes) => DiagnosticAssert.Error(
        "SEGEN007",
        "'Gate' has more than one [SEBlock]; keep one of them",
        $$"""
        [{{attributes.Replace("SEBlock(8)", "SEBlock(8, Reduction = 2)", StringComparison.Ordinal)}}] partial class Gate;
        {{other}}
        """);

    [Theory]
    [InlineData("CS1503", "\"8\"")]
    [InlineData("CS1729", "8, 16")]
    [InlineData("CS1503", "8L")]
    [InlineData("CS0029", "Channels = \"8\"")]
    [InlineData("CS0182", "32, Hidden = Gate.Count")]
    [InlineData("CS0103", "32, Squeeze = Squeez.Max")]
    public void What_the_compiler_refuses_is_left_to_it(string id, string arguments)
        => DiagnosticAssert.LeftToTheCompiler(id, $"[SEBlock({arguments})] partial class Gate {{ public static int Count = 2; }}");
}
