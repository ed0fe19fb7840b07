using Microsoft.CodeAnalysis;

namespace SeGen.Tests.Generator;

/// <summary>Generated code compiles without a warning in the oldest language and the strictest settings that a user may have.</summary>
public class CompilationTests
{
    /// <summary>Every setting and every way to cut a shape at least once; names and places that need care.</summary>
    public static TheoryData<string> Declarations => new(
        // Any size at run time.
        "[SEBlock(16)] public partial class Gate;",
        "[SEBlock(17, Hidden = 5, Bias = SEBias.None, Activation = Activation.ReLU6, MaxBatch = 8)] partial class Gate;",
        "[SEBlock(3, Hidden = 1, Squeeze = Squeeze.Max, Activation = Activation.Identity)] partial class Gate;",
        "[SEBlock(128, Squeeze = Squeeze.MeanMaxAverage, Gate = Gate.HardSigmoid, MaxBatch = 8)] partial class Block;",
        "[SEBlock(1, HiddenRule = HiddenRule.AtLeastOne, Squeeze = Squeeze.SumOverHPlusW, Activation = Activation.SiLU)] partial class Gate;",
        "[SEBlock(8, HiddenRule = HiddenRule.FloorAllowZero)] partial class Gate;",
        "[SEBlock(8, HiddenRule = HiddenRule.FloorAllowZero, Gate = Gate.HardSigmoid, Bias = SEBias.None, MaxBatch = 8)] partial class Block;",

        // Fixed sizes, from one pixel to many.
        "[SEBlock(1, Hidden = 1, Height = 1, Width = 1)] partial class Gate;",
        "[SEBlock(17, Hidden = 3, Height = 1, Width = 1, Squeeze = Squeeze.Max, Bias = SEBias.FirstOnly)] partial class Gate;",
        "[SEBlock(3, Hidden = 2, Height = 2, Width = 2, Squeeze = Squeeze.MeanMaxAverage, Bias = SEBias.SecondOnly)] partial class Gate;",
        "[SEBlock(17, Hidden = 17, Height = 3, Width = 3, Activation = Activation.HardSwish, Gate = Gate.HardSigmoid, MaxBatch = 8)] partial class Block;",
        "[SEBlock(128, Height = 7, Width = 7, Activation = Activation.SiLU)] partial class Gate;",
        "[SEBlock(16, Height = 16, Width = 16, Squeeze = Squeeze.SumOverHPlusW)] partial class Gate;",
        "[SEBlock(128, Height = 56, Width = 56, MaxBatch = 8)] partial class Gate;",
        "[SEBlock(3, Hidden = 1, Height = 56, Width = 56, Squeeze = Squeeze.MeanMaxAverage, Activation = Activation.HardSwish)] partial class Gate;",
        "[SEBlock(4, HiddenRule = HiddenRule.FloorAllowZero, Height = 7, Width = 7, Squeeze = Squeeze.Max)] partial class Gate;",

        // Names and places.
        "namespace A { internal sealed partial class Outer { public partial class Middle { [SEBlock(16)] private sealed partial class Gate; } } }",
        "namespace @namespace.@class { partial interface @int { [SEBlock(16)] public partial class @new; } }",
        "namespace SeGen.Models; [SEBlock(16, Height = 2, Width = 2)] public partial class Activations; class Vector256; class System;",
        "[SEBlock(16, Height = 2, Width = 2)] public partial class Squeeze; class Span; class Random; class Vector512; class Streaming; class Unsafe;",
        "[SEBlock(\n    // The channels,\n    16, /* and\n    the rest */\n#if true\n    Hidden = 3,\n#endif\n    Height = 2,\n    Width = 'a')]\npartial class Gate;");

    [Theory]
    [MemberData(nameof(Declarations))]
    public void Generated_code_compiles_without_a_warning(string source) => Compiles(source, NullableContextOptions.Disable);

    // A generated file says #nullable enable itself, so that few declarations tell enough of a project that has it enabled.
    [Theory]
    [InlineData("[SEBlock(16)] public partial class Gate;")]
    [InlineData("partial class Outer { [SEBlock(3, Hidden = 1, Height = 2, Width = 2, Squeeze = Squeeze.Max)] public partial class Gate; }")]
    public void So_it_does_where_nullable_is_enabled(string source) => Compiles(source, NullableContextOptions.Enable);

    [Fact]
    public void A_user_who_documents_everything_gets_no_warning_either()
    {
        GeneratorResult result = GeneratorHarness.Run(
            """
            /// <summary>Mine.</summary>
            [SEBlock(16)]
            public partial class Gate
            {
                /// <summary>Mine too, see <see cref="InputChannels"/> and <see cref="Forward(System.ReadOnlySpan{float}, System.Span{float}, int, int)"/>.</summary>
                public int Answer => 42;
            }
            """);

        Assert.Empty(result.Output.GetDiagnostics().Where(d => d.Severity > DiagnosticSeverity.Hidden));
    }

    private static void Compiles(string source, NullableContextOptions nullable)
    {
        GeneratorResult result = GeneratorHarness.Run(GeneratorHarness.Compile([source], nullable));

        Assert.Single(result.Sources);
        Assert.Empty(result.CompilerComplaints);
    }
}
