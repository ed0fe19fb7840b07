namespace SeGen.Tests.Ptx;

/// <summary>A form of a gate's kernels, and for that of groups how many blocks a group has, how many groups there are and how many chunks a block keeps.</summary>
internal sealed record GateForm(string Name, int Blocks = 0, int Groups = 0, int Kept = 0)
{
    public static readonly GateForm Portable = new("portable"), Image = new("image");

    public static GateForm OfGroups(int blocks, int groups, int kept) => new("group", blocks, groups, kept);
}
