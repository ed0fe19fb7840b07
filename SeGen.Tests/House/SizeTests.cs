using SeGen.Tests.Support;

namespace SeGen.Tests.House;

/// <summary>Files stay small and lines short. What is left over from before may only become less.</summary>
public class SizeTests
{
    private const int LongestLine = 140, LongestFile = 300;

    [Theory]
    [InlineData("SeGen.Generator", 40)]
    [InlineData("SeGen.Runtime", 8)]
    public void Lines_are_at_most_140_columns_but_for_those_that_were_longer(string project, int left)
    {
        int count = Rooms.Files(project).Sum(f => File.ReadLines(f).Count(l => l.Length > LongestLine));
        Assert.True(count <= left, $"{project} has {count} lines over {LongestLine} columns; it had {left}.");
    }

    [Theory]
    [InlineData("SeGen.Generator")]
    [InlineData("SeGen.Runtime")]
    public void Files_have_at_most_300_lines(string project)
        => Assert.Empty(Rooms.Files(project).Where(f => File.ReadLines(f).Count() > LongestFile).Select(f => Path.GetRelativePath(Repository.Root, f)));
}
