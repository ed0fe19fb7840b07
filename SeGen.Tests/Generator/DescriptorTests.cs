using System.Reflection;
using Microsoft.CodeAnalysis;
using SeGen.Generator.Diagnostics;
using SeGen.Tests.Support;

namespace SeGen.Tests.Generator;

/// <summary>What belongs to each diagnostic: a descriptor, a page, a line in the list of releases.</summary>
public class DescriptorTests
{
    private static readonly string[] All =
        [.. typeof(DiagnosticIds).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!)];

    public static TheoryData<string> Ids => new(All);

    [Fact]
    public void Ids_are_numbered_without_a_gap() => Assert.Equal(
        Enumerable.Range(1, All.Length).Select(i => $"SEGEN{i:000}"),
        All.Order(StringComparer.Ordinal));

    [Fact]
    public void Every_id_has_one_descriptor() => Assert.Equal(
        All.Order(StringComparer.Ordinal),
        Descriptors.All.Select(d => d.Id).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_id_has_a_page_with_its_title(string id)
    {
        DiagnosticDescriptor descriptor = Descriptors.Of(id);
        string[] page = File.ReadAllLines(Repository.PathOf("docs", "diagnostics", $"{id}.md"));

        Assert.Equal($"# {id}: {descriptor.Title}", page[0]);
        Assert.Equal(2, page.Count(line => line == "```csharp"));
        Assert.StartsWith("https://", descriptor.HelpLinkUri, StringComparison.Ordinal);
        Assert.EndsWith($"/docs/diagnostics/{id}.md", descriptor.HelpLinkUri, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_page_shows_what_is_reported_and_what_is_not(string id)
    {
        string[] codes = [.. File.ReadAllText(Repository.PathOf("docs", "diagnostics", $"{id}.md"))
            .Split("```csharp").Skip(1).Select(code => code.Split("```")[0])];

        Assert.Equal([id], GeneratorHarness.Run(codes[0]).Reported.Select(d => d.Id));
        Assert.Empty(GeneratorHarness.Run(codes[1]).Reported);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_id_is_listed_for_a_release(string id)
    {
        DiagnosticDescriptor descriptor = Descriptors.Of(id);
        IEnumerable<string> lists = new[] { "AnalyzerReleases.Shipped.md", "AnalyzerReleases.Unshipped.md" }
            .SelectMany(name => File.ReadLines(Repository.PathOf("SeGen.Generator", name)));

        Assert.Contains($"{id} | {descriptor.Category} | {descriptor.DefaultSeverity} | {descriptor.Title}", lists);
    }
}
