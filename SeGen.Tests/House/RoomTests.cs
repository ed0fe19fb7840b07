using System.Text.RegularExpressions;
using SeGen.Tests.Support;

namespace SeGen.Tests.House;

/// <summary>The rooms of the generator know only those that ARCHITECTURE.md says they do, and there is no circle among them.</summary>
public partial class RoomTests
{
    private static readonly string[] Shared =
    [
        "SeGen.Runtime/Attributes/GateEnums.cs", "SeGen.Runtime/Attributes/BlockEnums.cs", "SeGen.Runtime/Attributes/Precision.cs", "SeGen.Runtime/Attributes/Emit.cs",
        "SeGen.Runtime/CompilerServices/BlockKind.cs",
    ];

    /// <summary>What puts the rooms together, and reads attributes into layers.</summary>
    private static readonly string[] Above = [".", "Declarations"];

    [Fact]
    public void Rooms_refer_to_those_that_the_table_allows()
    {
        SortedDictionary<(string From, string To), string> found = Rooms.References("SeGen.Generator", Shared);
        HashSet<(string From, string To)> allowed = Allowed();
        Assert.True(found.Count > 50, $"{found.Count} references between rooms.");
        Assert.Empty(found.Where(f => !allowed.Contains(f.Key)).Select(f => $"{f.Key.From} -> {f.Key.To} is not in ARCHITECTURE.md: {f.Value}"));
        Assert.Empty(allowed.Where(a => !found.ContainsKey(a)).Select(a => $"{a.From} -> {a.To} is in ARCHITECTURE.md and not in the code"));
    }

    [Fact]
    public void There_is_no_circle()
    {
        ILookup<string, string> arrows = Allowed().ToLookup(a => a.From, a => a.To);
        var done = new HashSet<string>();
        foreach (string room in arrows.Select(a => a.Key))
            Visit(room, []);

        void Visit(string room, List<string> path)
        {
            Assert.False(path.Contains(room), $"A circle: {string.Join(" -> ", path)} -> {room}");
            if (!done.Add(room))
                return;

            foreach (string next in arrows[room])
                Visit(next, [.. path, room]);
        }
    }

    [Fact]
    public void No_floor_names_a_layer()
        => Assert.DoesNotContain(
            Allowed(), a => a.To.StartsWith("Layers/", StringComparison.Ordinal) && !a.From.StartsWith("Layers/", StringComparison.Ordinal) && !Above.Contains(a.From));

    [Fact]
    public void A_namespace_is_its_folder()
    {
        string root = Path.Combine(Repository.Root, "SeGen.Generator");
        foreach (string file in Rooms.Files("SeGen.Generator").Where(f => Path.GetFileName(f) is not ("IsExternalInit.cs" or "InterpolatedStringHandlerAttribute.cs")))
        {
            string folder = Path.GetRelativePath(root, Path.GetDirectoryName(file)!).Replace('/', '.');
            string expected = folder == "." ? "SeGen.Generator" : $"SeGen.Generator.{folder}";
            Assert.True(File.ReadAllText(file).Contains($"namespace {expected};", StringComparison.Ordinal), $"{file} is not in {expected}");
        }
    }

    /// <summary>The rows "| room | knows | ..." of the table between its marks.</summary>
    private static HashSet<(string From, string To)> Allowed()
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "ARCHITECTURE.md"));
        string table = text.Split("<!-- rooms -->")[1].Split("<!-- end of rooms -->")[0];
        return [.. Row().Matches(table).SelectMany(m => m.Groups[2].Value.Split(", ").Where(to => to.Length > 0 && to != "-").Select(to => (m.Groups[1].Value, to)))];
    }

    [GeneratedRegex(@"^\| `([^`]+)` \| ([^|]*?) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
