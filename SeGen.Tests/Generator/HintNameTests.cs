namespace SeGen.Tests.Generator;

/// <summary>The names of generated files, which the compiler compares without regard to case and refuses twice.</summary>
public class HintNameTests
{
    private const string Block = "[SEBlock(8, Reduction = 2, Height = 1, Width = 1)]";

    [Fact]
    public void A_file_has_the_full_name_of_its_class() => Assert.Equal(
        ["A.B.Gate.g.cs", "A.Gate.g.cs", "A.Outer.Middle.Gate.g.cs", "Gate.g.cs"],
        DiagnosticAssert.Nothing(
            $"{Block} partial class Gate;",
            $"namespace A; {Block} partial class Gate; partial class Outer {{ partial struct Middle {{ {Block} partial class Gate; }} }}",
            $"namespace A.B; {Block} partial class Gate;").HintNames);

    [Fact]
    public void Names_that_differ_in_case_alone_get_files_of_their_own()
    {
        GeneratorResult result = DiagnosticAssert.Nothing($"{Block} partial class Gate; {Block} partial class gatE; {Block} partial class Other;");

        Assert.Equal(3, result.HintNames.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Contains("Other.g.cs", result.HintNames);
    }

    [Fact]
    public void So_do_namespaces_and_containers_that_differ_in_case_alone()
    {
        GeneratorResult result = DiagnosticAssert.Nothing(
            $"namespace Ab; {Block} partial class Gate; partial class Outer {{ {Block} partial class Gate; }}",
            $"namespace aB; {Block} partial class Gate; partial class ouTer {{ {Block} partial class Gate; }}");

        Assert.Equal(4, result.HintNames.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Theory]
    [InlineData("namespace A {{ {0} partial class Gate; }} partial class A {{ {0} partial class Gate; }}")]
    [InlineData("{0} partial class Gate; {0} partial class Gate<T>; {0} partial struct Gate; {0} partial record Gate;")]
    [InlineData("{0} partial class ; {0} partial class")]
    [InlineData("namespace ; {0} partial class Gate<")]
    [InlineData("[SEBlock( partial class Gate")]
    [InlineData("[SEBlock(16), SEBlock")]
    public void Half_written_code_takes_no_other_file_away(string source)
    {
        GeneratorResult result = GeneratorHarness.Run($"{Block} partial class Other;", string.Format(null, source, Block));

        Assert.Null(result.Run.Exception);
        Assert.Contains("Other.g.cs", result.HintNames);
    }

    [Theory]
    [InlineData("class.g.cs", "{0} partial class @class;")]
    [InlineData("record.g.cs", "{0} partial class @record;")]
    [InlineData("file.g.cs", "{0} partial class @file;")]
    [InlineData("partial.g.cs", "{0} partial class @partial;")]
    [InlineData("namespace.int.new.g.cs", "namespace @namespace.@int {{ {0} partial class @new; }}")]
    [InlineData("where.dynamic.async.g.cs", "namespace @where {{ partial class @dynamic {{ {0} partial class @async; }} }}")]
    [InlineData("Größe.Naïve.g.cs", "namespace Größe; {0} partial class Naïve;")]
    [InlineData("Gate.g.cs", "{0} partial class \\u0047ate;")]
    [InlineData("Mine.SeGen.System.g.cs", "namespace Mine.SeGen; {0} partial class System;")]
    public void Keywords_and_unusual_names_are_fine(string hintName, string source)
        => Assert.Equal([hintName], DiagnosticAssert.Nothing(string.Format(null, source, Block)).HintNames);
}
