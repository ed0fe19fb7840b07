using SeGen.Tests.Support;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace SeGen.Tests.Generator;

/// <summary>
/// Compares generated files with accepted ones by the conventions of Verify, whose core package the registries here lack:
/// <c>Class.Test#File.verified.cs</c> beside the test, and a <c>.received.cs</c> on a mismatch. To accept, rename that or run with
/// SEGEN_ACCEPT_SNAPSHOTS=1.
/// </summary>
internal static class Snapshot
{
    private const string AcceptVariable = "SEGEN_ACCEPT_SNAPSHOTS";

    public static void Verify(GeneratorResult result, string folder, string type, [CallerMemberName] string test = "", string? file = null)
    {
        foreach (GeneratedSourceResult source in result.Sources.Where(s => file is null || s.HintName == file))
        {
            string name = $"{type}.{test}#{Path.GetFileNameWithoutExtension(source.HintName)}";
            Compare(Repository.PathOf("SeGen.Tests", folder, name), source.SourceText.ToString());
        }
    }

    /// <summary>The same of a text by itself.</summary>
    public static void Verify(string text, string folder, string type, string test, string name, string extension)
        => Compare(Repository.PathOf("SeGen.Tests", folder, $"{type}.{test}#{name}"), text, extension);

    private static void Compare(string path, string text, string extension = "cs")
    {
        string verified = $"{path}.verified.{extension}", received = $"{path}.received.{extension}";

        // A checkout may have changed the line ends; what the generator writes is checked by itself.
        if (File.Exists(verified) && File.ReadAllText(verified).ReplaceLineEndings("\n") == text)
        {
            File.Delete(received);
            return;
        }

        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1")
        {
            File.WriteAllText(verified, text);
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, text);
        Assert.Fail($"{Path.GetFileName(received)} differs from {Path.GetFileName(verified)}; compare them, and accept with {AcceptVariable}=1.");
    }
}
