using SeGen.Generator.Layers.Gates;
using SeGen.Generator.Model;
using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>Every remainder of every vector width, in channels, hidden widths and pixels, with the size fixed and at run time.</summary>
[Trait("Category", "Numeric")]
public class RemainderTests
{
    private static readonly int[] Channels = [1, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 128];

    private static readonly (int Height, int Width)[] Sizes =
        [(1, 1), (1, 3), (2, 2), (1, 5), (1, 7), (2, 4), (3, 3), (3, 5), (4, 4), (1, 17), (5, 5), (1, 31), (4, 8), (3, 11), (7, 7), (9, 13), (15, 17), (16, 16), (19, 23)];

    [Fact]
    public void Any_size_of_any_number_of_channels_is_right()
    {
        IReadOnlyList<IModule> modules = ModuleCompiler.Create(Channels.Select(c => $"{c}, Hidden = {Hidden(c)}, MaxBatch = 2"));
        for (int m = 0; m < Channels.Length; m++)
        {
            foreach ((int height, int width) in Sizes)
                GateCheck.Against(new GateSettings(Channels[m], Hidden(Channels[m])), modules[m], 1 + (m & 1), height, width, seed: 100 * m + width);
        }
    }

    [Fact]
    public void A_fixed_size_with_any_remainder_is_right()
    {
        // Each size with two of the channel counts, so that every count meets short, long and ragged channels.
        (int C, int H, int W)[] shapes = [.. Sizes.SelectMany((s, i) => new[] { (Channels[i % Channels.Length], s.Height, s.Width), (Channels[(i * 5 + 3) % Channels.Length], s.Height, s.Width) })];
        IReadOnlyList<IModule> modules = ModuleCompiler.Create(
            shapes.Select(s => $"{s.C}, Hidden = {Hidden(s.C)}, Height = {s.H}, Width = {s.W}, MaxBatch = 2"));
        for (int i = 0; i < shapes.Length; i++)
            GateCheck.Against(new GateSettings(shapes[i].C, Hidden(shapes[i].C)), modules[i], 2, shapes[i].H, shapes[i].W, seed: i);
    }

    [Fact]
    public void Any_hidden_width_is_right()
    {
        int[] widths = [1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 20, 24, 31, 32, 33];
        IReadOnlyList<IModule> modules = ModuleCompiler.Create(widths.Select(h => $"40, Hidden = {h}, Height = 3, Width = 7"));
        for (int i = 0; i < widths.Length; i++)
            GateCheck.Against(new GateSettings(40, widths[i]), modules[i], 1, 3, 7, seed: i);
    }

    /// <summary>Between 256 and 271 pixels a channel is still written out with 16 lanes, with enough channels to be cut for threads.</summary>
    [Fact]
    public void Cuts_of_many_channels_end_with_a_block_of_the_kernel()
    {
        IReadOnlyList<IModule> modules = ModuleCompiler.Create(["576, Hidden = 3, Height = 13, Width = 20", "1100, Hidden = 3, Height = 15, Width = 18"]);
        GateCheck.Against(new GateSettings(576, 3), modules[0], 1, 13, 20, seed: 1);
        GateCheck.Against(new GateSettings(1100, 3), modules[1], 1, 15, 18, seed: 2);
        Assert.All(modules, m => Assert.Equal(0, CutRemainder(m)));
    }

    /// <summary>Whether the plan's cuts begin where blocks of sixteen channels do.</summary>
    private static int CutRemainder(IModule module)
    {
        int channels = module.Parameters["fc2.weight"].Shape[0];
        (int height, int width) = channels == 576 ? (13, 20) : (15, 18);
        var spec = new SeGen.Generator.Model.SEBlockSpec(
            new SeGen.Generator.Model.TypeSpec("", default, "M", "M", "M.g.cs"), default, new SeGen.Generator.Model.GateSpec(channels, 3, default, default, default, default), height, width, 1);
        return SeGen.Generator.Layers.Gates.SEBlockPlanner.Plan(spec).CutChannels % 16;
    }

    private static int Hidden(int channels) => Math.Max(1, channels / 3);
}
