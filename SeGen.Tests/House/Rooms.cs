using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SeGen.Tests.Support;

namespace SeGen.Tests.House;

/// <summary>Which folders of a project refer to types of which others, from its source files: members, constants and nameof included.</summary>
internal static class Rooms
{
    private const string Usings = "global using System; global using System.Linq; global using System.Collections.Generic; global using System.IO; global using System.Threading; global using System.Threading.Tasks;";

    /// <summary>Folders whose subfolders are rooms of their own.</summary>
    private static readonly string[] Opened = ["Layers"];

    /// <summary>References between rooms, each with an example.</summary>
    /// <param name="project">The project's folder.</param>
    /// <param name="shared">Files of another project that are compiled into it.</param>
    public static SortedDictionary<(string From, string To), string> References(string project, params string[] shared)
    {
        string root = Path.Combine(Repository.Root, project);
        SyntaxTree[] own = [.. Files(project).Concat(shared.Select(s => Path.Combine(Repository.Root, s))).Select(Parse)];
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Rooms", [.. own, CSharpSyntaxTree.ParseText(Usings, Options)], Libraries, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        var found = new SortedDictionary<(string From, string To), string>();
        foreach (SyntaxTree tree in own)
        {
            SemanticModel model = compilation.GetSemanticModel(tree);
            string from = RoomOf(root, tree.FilePath);
            foreach (SimpleNameSyntax name in tree.GetRoot().DescendantNodes(n => n is not UsingDirectiveSyntax).OfType<SimpleNameSyntax>())
            {
                if (TypeOf(model.GetSymbolInfo(name).Symbol)?.DeclaringSyntaxReferences is not [{ SyntaxTree.FilePath: var file }, ..])
                    continue;

                string to = RoomOf(root, file);
                if (to != from)
                    found.TryAdd((from, to), $"{Path.GetFileName(tree.FilePath)} names {name.Identifier.Text}");
            }
        }

        return found;
    }

    /// <summary>The source files of a project.</summary>
    public static IEnumerable<string> Files(string project) => Directory
        .EnumerateFiles(Path.Combine(Repository.Root, project), "*.cs", SearchOption.AllDirectories)
        .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    /// <summary>A folder, or "." for what puts the rooms together.</summary>
    public static string RoomOf(string root, string file)
    {
        string[] folders = Path.GetRelativePath(root, Path.GetDirectoryName(file)!).Split('/');
        return folders[0] == ".." ? "Model" : Opened.Contains(folders[0]) && folders.Length > 1 ? $"{folders[0]}/{folders[1]}" : folders[0];
    }

    private static CSharpParseOptions Options { get; } = new(LanguageVersion.Latest, DocumentationMode.None, preprocessorSymbols: ["SEGEN_GENERATOR"]);

    private static MetadataReference[] Libraries { get; } =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => !Path.GetFileName(p).StartsWith("SeGen.", StringComparison.Ordinal))
            .Select(p => MetadataReference.CreateFromFile(p)),
    ];

    private static SyntaxTree Parse(string file) => CSharpSyntaxTree.ParseText(File.ReadAllText(file), Options, file);

    private static INamedTypeSymbol? TypeOf(ISymbol? symbol)
    {
        INamedTypeSymbol? type = symbol is INamespaceSymbol ? null : symbol as INamedTypeSymbol ?? symbol?.ContainingType;
        while (type?.ContainingType is { } outer)
            type = outer;

        return type?.OriginalDefinition;
    }
}
