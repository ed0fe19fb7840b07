using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace SeGen.Tests.Generator;

/// <summary>What a class must be.</summary>
public class TypeDiagnosticsTests
{
    [Theory]
    [InlineData("[SEBlock(16)] class [|Gate|];")]
    [InlineData("[SEBlock(16)] public sealed class [|Gate|] { }")]
    [InlineData("partial class Gate; [SEBlock(16)] class [|Gate|];")]
    [InlineData("class Other; [SEBlock(16)] class [|@Gate|];")]
    public void A_class_must_be_partial(string source)
        => DiagnosticAssert.Error("SEGEN001", "Declare 'Gate' as partial: SeGen writes the other part of it", source);

    [Fact]
    public void A_container_must_be_partial() => DiagnosticAssert.Error(
        "SEGEN002",
        "Declare 'Outer' as partial: it contains 'Gate', of which SeGen writes the other part",
        """
        class Outer
        {
            partial struct Middle
            {
                [SEBlock(16)]
                partial class [|Gate|];
            }
        }
        """);

    [Theory]
    [InlineData("static", "[SEBlock(16)] static partial class [|Gate|];")]
    [InlineData("abstract", "[SEBlock(16)] abstract partial class [|Gate|];")]
    [InlineData("generic", "[SEBlock(16)] partial class [|Gate|]<T>;")]
    [InlineData("nested in 'Outer<T>', which is generic", "partial class Outer<T> { [SEBlock(16)] partial class [|Gate|]; }")]
    [InlineData("a record", "[SEBlock(16)] partial record [|Gate|];")]
    [InlineData("a record", "[SEBlock(16)] sealed partial record class [|Gate|](int Id);")]
    [InlineData("file-local", "[SEBlock(16)] file partial class [|Gate|];")]
    [InlineData("nested in 'Outer', which is file-local", "file partial class Outer { [SEBlock(16)] internal partial class [|Gate|]; }")]
    [InlineData("derived from 'Base', a module itself", "[SEBlock(16)] partial class Base; [SEBlock(16)] partial class [|Gate|] : Base;", 1)]
    public void A_kind_of_type_that_cannot_be_a_module_is_refused(string kind, string source, int generated = 0)
    {
        GeneratorResult result = DiagnosticAssert.Check(
            "SEGEN003",
            DiagnosticSeverity.Error,
            $"'Gate' is {kind}; a module must be an ordinary, non-generic class that can be instantiated and extends no other module",
            source);
        Assert.Equal(generated, result.Sources.Length);
    }

    [Fact]
    public void A_module_of_another_assembly_cannot_be_extended_either()
    {
        using var library = new MemoryStream();
        Assert.True(GeneratorHarness.Run("[SEBlock(16, Height = 1, Width = 1)] public partial class Base;").Output.Emit(library).Success);
        CSharpCompilation user = GeneratorHarness.Compile(["class Middle : Base; [SEBlock(16)] partial class Gate : Middle;"])
            .AddReferences(MetadataReference.CreateFromImage(library.ToArray()));

        Diagnostic reported = Assert.Single(GeneratorHarness.Run(user.WithAssemblyName("Other")).Reported);
        Assert.StartsWith("'Gate' is derived from 'Base', a module itself; ", reported.GetMessage(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[SEBlock(16)] partial struct Gate;")]
    [InlineData("[SEBlock(16)] partial record struct Gate;")]
    [InlineData("[SEBlock(16)] partial interface Gate;")]
    [InlineData("[SEBlock(16)] enum Gate;")]
    [InlineData("[SEBlock(16)] delegate void Gate();")]
    public void What_is_no_class_is_left_to_the_compiler(string source) => DiagnosticAssert.LeftToTheCompiler("CS0592", source);

    [Theory]
    [InlineData("has a primary constructor", "[SEBlock(16)] partial class [|Gate|](string name) { string Name => name; }")]
    [InlineData("has a primary constructor", "[SEBlock(16)] partial class [|Gate|]();")]
    [InlineData("has required members", "[SEBlock(16)] partial class [|Gate|] { public required string Name { get; set; } }")]
    [InlineData("has required members", "class Base { public required string Name; } [SEBlock(16)] partial class [|Gate|] : Base;")]
    [InlineData(
        "has a base class, Base, without an accessible parameterless constructor",
        "class Base { protected Base(int id) { } } [SEBlock(16)] partial class [|Gate|] : Base;")]
    [InlineData(
        "has a base class, Base, without an accessible parameterless constructor",
        "class Base { Base() { } } [SEBlock(16)] partial class [|Gate|] : Base;")]
    public void A_class_that_the_generated_constructors_cannot_make_is_refused(string reason, string source) => DiagnosticAssert.Error(
        "SEGEN006", $"'Gate' {reason}, so the constructors that SeGen writes would not compile; remove that", source);

    [Theory]
    [InlineData("class Base { protected Base(int id = 0) { } } [SEBlock(16)] partial class Gate : Base;")]
    [InlineData("class Base { internal Base(params int[] ids) { } } [SEBlock(16)] partial class Gate : Base;")]
    [InlineData("[SEBlock(16)] partial class Gate : System.Collections.Generic.List<float>;")]
    [InlineData("abstract class Base { protected Base() { } } [SEBlock(16)] public sealed partial class Gate { class Inner : Base; }")]
    [InlineData("[SEBlock(16)] partial class Gate : System.IDisposable { public void Dispose() { } } partial class Gate { int _count = 1; int Count => _count; }")]
    [InlineData("static partial class A { internal partial record B { public readonly partial record struct C { partial interface D { [SEBlock(16)] partial class Gate; } } } }")]
    [InlineData("ref partial struct Outer { [SEBlock(16)] private partial class Gate; }")]
    public void An_ordinary_class_may_be_anywhere_and_have_a_base(string source) => DiagnosticAssert.Nothing(source);
}
