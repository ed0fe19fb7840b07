using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using SeGen.CodeFixes;

namespace SeGen.Tests.Generator;

/// <summary>The missing partial is added without touching anything else.</summary>
public class CodeFixTests
{
    [Theory]
    [InlineData(
        "// A gate.\n[SEBlock(16)]\nclass Gate;",
        "// A gate.\n[SEBlock(16)]\npartial class Gate;")]
    [InlineData(
        "[SEBlock(16)]\n    // A gate.\n    class Gate;",
        "[SEBlock(16)]\n    // A gate.\n    partial class Gate;")]
    [InlineData(
        "/// <summary>A gate.</summary>\n[SEBlock(16)] public sealed class Gate { }",
        "/// <summary>A gate.</summary>\n[SEBlock(16)] public sealed partial class Gate { }")]
    public Task Partial_stands_before_class(string before, string after) => Fixes("Make 'Gate' partial", before, after);

    [Fact]
    public Task Types_around_it_become_partial_with_it() => Fixes(
        "Make 'Gate' and 'Middle' and 'Outer' partial",
        """
        // The model.
        class Outer
        {
            public readonly struct Middle
            {
                // The gate.
                [SEBlock(16)]
                internal class Gate;
            }
        }
        """,
        """
        // The model.
        partial class Outer
        {
            public readonly partial struct Middle
            {
                // The gate.
                [SEBlock(16)]
                internal partial class Gate;
            }
        }
        """);

    [Fact]
    public Task A_missing_partial_of_a_container_is_fixed_alone() => Fixes(
        "Make 'Outer' partial",
        "partial record Middle { static class Outer { [SEBlock(16)] partial class Gate; } }",
        "partial record Middle { static partial class Outer { [SEBlock(16)] partial class Gate; } }");

    private static async Task Fixes(string title, string before, string after)
    {
        Diagnostic[] reported = [.. GeneratorHarness.Run(before).Reported];
        using var workspace = new AdhocWorkspace();
        Document document = workspace.AddProject("UserCode", LanguageNames.CSharp).AddDocument("File0.cs", MarkedSource.Using + before);

        CodeAction? action = null;
        await new MakePartialCodeFix().RegisterCodeFixesAsync(
            new CodeFixContext(document, reported[0], (registered, _) => action = registered, CancellationToken.None));
        Assert.Equal(title, action?.Title);

        ApplyChangesOperation change = Assert.Single((await action!.GetOperationsAsync(CancellationToken.None)).OfType<ApplyChangesOperation>());
        string changed = (await change.ChangedSolution.GetDocument(document.Id)!.GetTextAsync()).ToString();
        Assert.Equal(MarkedSource.Using + after, changed);
        Assert.Empty(GeneratorHarness.Run(after).Reported);
    }
}
