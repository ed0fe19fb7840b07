using Microsoft.CodeAnalysis;

namespace SeGen.Tests.Generator;

/// <summary>What tests of diagnostics expect of a declaration.</summary>
internal static class DiagnosticAssert
{
    /// <summary>The error stands at every mark, with this message; nothing else is reported, and what is generated are members that throw, which compile.</summary>
    public static GeneratorResult Error(string id, string message, string source)
    {
        GeneratorResult result = Check(id, DiagnosticSeverity.Error, message, source);
        StubsAlone(result);
        if (result.Sources.Length > 0)
            Assert.Empty(result.CompilerComplaints);

        return result;
    }

    /// <summary>What was generated is no module: its members throw.</summary>
    public static void StubsAlone(GeneratorResult result)
        => Assert.All(result.Sources, s => Assert.Contains("all of them throw.", s.SourceText.ToString(), StringComparison.Ordinal));

    /// <summary>The warning stands at every mark; the module is generated all the same, and it compiles.</summary>
    public static void Warning(string id, string message, string source)
    {
        GeneratorResult result = Check(id, DiagnosticSeverity.Warning, message, source);
        Assert.Single(result.Sources, s => !s.HintName.StartsWith("SeGen.Kernels.", StringComparison.Ordinal));
        Assert.Empty(result.CompilerComplaints);
    }

    /// <summary>Nothing is reported, and all that was generated compiles.</summary>
    public static GeneratorResult Nothing(params string[] files)
    {
        GeneratorResult result = GeneratorHarness.Run(files);
        Assert.Empty(result.Reported);
        Assert.NotEmpty(result.Sources);
        Assert.Empty(result.CompilerComplaints);
        return result;
    }

    /// <summary>
    /// What the compiler itself says of the declaration is no business of SeGen's: it must only not crash, and write nothing.
    /// </summary>
    public static void LeftToTheCompiler(string compilerId, string source)
    {
        GeneratorResult result = GeneratorHarness.Run(source);
        Assert.Null(result.Run.Exception);
        StubsAlone(result);
        Assert.Empty(result.Reported);
        Assert.Contains(result.Output.GetDiagnostics(), d => d.Id == compilerId);
    }

    /// <summary>The diagnostic stands at every mark, with this message, and nothing else is reported.</summary>
    public static GeneratorResult Check(string id, DiagnosticSeverity severity, string message, string source)
    {
        MarkedSource marked = MarkedSource.Parse(source);
        GeneratorResult result = GeneratorHarness.Run(marked.Text);
        Assert.Null(result.Run.Exception);
        Assert.NotEmpty(marked.Spans);
        Assert.Equal(marked.Spans, result.Reported.Select(d => d.Location.SourceSpan));
        Assert.All(result.Reported, diagnostic =>
        {
            Assert.Equal(id, diagnostic.Id);
            Assert.Equal(severity, diagnostic.Severity);
            Assert.Equal(message, diagnostic.GetMessage());
        });
        return result;
    }
}
