using System.Collections;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SeGen.Generator;
using SeGen.Generator.Model;
using SeGen.Generator.Reading;

namespace SeGen.Tests.Generator;

/// <summary>What runs again after an edit: an IDE runs the generator at every keystroke.</summary>
public class IncrementalityTests
{
    private const string First = "[SEBlock(8, Reduction = 2)] partial class First;";
    private const string Second = "[SEBlock(16, Reduction = 2)] partial class Second;";

    [Theory]
    [InlineData(0, $"/* a comment */ {First} // and another")]
    [InlineData(0, "[SEBlock(8, /* a comment */ Reduction\n = 2)]\npartial class First { void Unrelated() { } }")]
    [InlineData(0, $"{First} class Unrelated;")]
    [InlineData(2, "class Edited { int _field; }")]
    public void An_unrelated_edit_runs_nothing_again(int file, string text)
    {
        string[] files = [First, Second, "class Unrelated;"];
        Dictionary<string, IncrementalStepRunReason> reasons = ReasonsAfter(files, file, text);

        Assert.Equal(["First.g.cs", "Second.g.cs", "Specs 0", "Specs 1"], reasons.Keys.Order(StringComparer.Ordinal));
        Assert.All(reasons.Values, IsNotRunAgain);
    }

    [Fact]
    public void A_changed_attribute_runs_its_own_module_again()
    {
        Dictionary<string, IncrementalStepRunReason> reasons = ReasonsAfter([First, Second], 1, "[SEBlock(32, Reduction = 2)] partial class Second;");

        Assert.Equal(IncrementalStepRunReason.Modified, reasons["Specs 1"]);
        Assert.Equal(IncrementalStepRunReason.Modified, reasons["Second.g.cs"]);
        IsNotRunAgain(reasons["Specs 0"]);
        IsNotRunAgain(reasons["First.g.cs"]);
    }

    [Theory]
    [InlineData("[SEBlock(16, Reduction = 2)] class Second;")]
    [InlineData("[SEBlock(0)] partial class Second;")]
    [InlineData("partial class Second;")]
    public void A_module_that_became_wrong_takes_its_file_away(string text)
    {
        Dictionary<string, IncrementalStepRunReason> reasons = ReasonsAfter([First, Second], 1, text);

        Assert.Equal(IncrementalStepRunReason.Removed, reasons["Specs 1"]);
        IsNotRunAgain(reasons["First.g.cs"]);
    }

    [Fact]
    public void The_model_holds_nothing_of_the_compiler()
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        foreach (object spec in Specs("namespace A; partial class B { [SEBlock(8, Reduction = 2)] partial class C; }"))
            AssertNoRoslyn(spec, seen);

        Assert.Contains(seen, o => o is TypeSpec);
        Assert.Contains(seen, o => o is GateSpec);
        Assert.Contains(seen, o => o is ContainingType);
    }

    [Fact]
    public void Equal_declarations_make_equal_models()
    {
        const string Source = "namespace A; partial class B { [SEBlock(8, Reduction = 2)] partial class C; }";
        SEBlockSpec one = (SEBlockSpec)Assert.Single(Specs(Source)), other = (SEBlockSpec)Assert.Single(Specs(Source));

        Assert.NotSame(one, other);
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
    }

    private static void IsNotRunAgain(IncrementalStepRunReason reason)
        => Assert.True(reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, reason.ToString());

    private static IEnumerable<object> Specs(string source)
        => GeneratorHarness.Run(source).Run.TrackedSteps[SeGenGenerator.Steps.Specs].SelectMany(s => s.Outputs).Select(o => o.Value);

    /// <summary>Why each spec and each file is what it is, after one file got another text.</summary>
    private static Dictionary<string, IncrementalStepRunReason> ReasonsAfter(string[] files, int edited, string text)
    {
        CSharpCompilation before = GeneratorHarness.Compile(files);
        GeneratorDriver driver = GeneratorHarness.NewDriver().RunGenerators(before);
        SyntaxTree tree = before.SyntaxTrees[edited];
        GeneratorRunResult after = driver
            .RunGenerators(before.ReplaceSyntaxTree(tree, GeneratorHarness.Parse(text, tree.FilePath)))
            .GetRunResult().Results.Single();

        var reasons = new Dictionary<string, IncrementalStepRunReason>();
        foreach ((object value, IncrementalStepRunReason reason) in after.TrackedSteps[SeGenGenerator.Steps.Specs].SelectMany(s => s.Outputs))
            reasons.Add($"Specs {(((SEBlockSpec)value).Type.Name == "First" ? 0 : 1)}", reason);

        foreach (IncrementalGeneratorRunStep step in after.TrackedOutputSteps.Values.SelectMany(s => s))
        {
            // The input of an output step is the spec that it writes.
            (IncrementalGeneratorRunStep source, int index) = Assert.Single(step.Inputs);
            reasons.Add(
                source.Outputs[index].Value is SeGen.Generator.Reading.StubSpec stub ? $"stub {stub.Type.HintName}" : ((SEBlockSpec)source.Outputs[index].Value).Type.HintName,
                Assert.Single(step.Outputs).Reason);
        }

        return reasons;
    }

    private static void AssertNoRoslyn(object? value, HashSet<object> seen)
    {
        if (value is null || !seen.Add(value))
            return;

        Type type = value.GetType();
        Assert.False(type.FullName!.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal), $"{type} would keep a compilation alive");
        if (type.IsPrimitive || type.IsEnum || value is string)
            return;

        if (value is IEnumerable items)
        {
            foreach (object? item in items)
                AssertNoRoslyn(item, seen);
        }

        foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            AssertNoRoslyn(field.GetValue(value), seen);
    }
}
