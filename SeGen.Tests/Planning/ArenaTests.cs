using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;

namespace SeGen.Tests.Planning;

/// <summary>Memory is shared by buffers whose lives do not overlap, and by no others.</summary>
public class ArenaTests
{
    [Fact]
    public void A_chain_takes_the_two_largest_neighbours()
    {
        ArenaBuffer[] chain = [Buffer(0, 64, 0, 1), Buffer(1, 128, 1, 2), Buffer(2, 32, 2, 3), Buffer(3, 96, 3, 4)];
        IReadOnlyList<ArenaBuffer> placed = Arena.Place(chain);
        Assert.Equal(192, placed.Max(End));
        Assert.Equal(["v0", "v1", "v2", "v3"], placed.Select(p => p.Name));
    }

    [Fact]
    public void What_is_read_in_the_step_that_writes_the_next_is_not_overwritten()
    {
        IReadOnlyList<ArenaBuffer> placed = Arena.Place([Buffer(0, 64, 0, 1), Buffer(1, 64, 1, 2)]);
        Assert.NotEqual(placed[0].Offset, placed[1].Offset);
        Assert.Equal([0L, 1L], Arena.Slots([Buffer(0, 64, 0, 1), Buffer(1, 64, 1, 2)]).Select(b => b.Offset));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_lives_never_share_memory_at_the_same_time(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 200; round++)
        {
            ArenaBuffer[] buffers = [.. Enumerable.Range(0, random.Next(1, 40)).Select(i =>
            {
                int first = random.Next(30);
                return Buffer(i, random.Next(1, 5000), first, first + random.Next(8));
            })];
            IReadOnlyList<ArenaBuffer> placed = Arena.Place(buffers), slots = Arena.Slots(buffers);
            Assert.Equal(buffers.Select(b => b.Name).Order(StringComparer.Ordinal), placed.Select(b => b.Name).Order(StringComparer.Ordinal));
            Assert.Equal(buffers.Select(b => b.Name).Order(StringComparer.Ordinal), slots.Select(b => b.Name).Order(StringComparer.Ordinal));
            Assert.DoesNotContain(Pairs(placed), p => p.A.Offset < End(p.B) && p.B.Offset < End(p.A));
            Assert.DoesNotContain(Pairs(slots), p => p.A.Offset == p.B.Offset);
            Assert.All(placed, b => Assert.Equal(0, b.Offset % VectorWidth.MaxLanes));

            // Not less than what lives at once, and not more than no sharing at all.
            long most = Enumerable.Range(0, 40).Max(step => buffers.Where(b => b.First <= step && step <= b.Last).Sum(b => b.Length));
            Assert.InRange(placed.Max(End), most, buffers.Sum(b => b.Length));
        }
    }

    [Theory]
    [InlineData("[SEResidual(64, Blocks = 3, Height = 14, Width = 14)]")]
    [InlineData("[SENetwork(3, Height = 32, Width = 32)] [Conv(16), BatchNorm, ReLU] [SEResidual(16, Blocks = 2)] [SEResidual(32, Stride = 2, Blocks = 2)] [GlobalAveragePool, Linear(10)]")]
    public void Values_live_from_their_writer_to_their_last_reader(string attributes)
    {
        NetworkPlan plan = PlanHarness.Plan(attributes);
        Step[] steps = [.. plan.Steps.Select(s => s.Step)];
        for (int i = 0; i < steps.Length; i++)
        {
            foreach (int value in steps[i].Reads)
            {
                ArenaBuffer buffer = plan.Buffers.Single(b => b.Value == value && b.Id.Role == BufferRole.Value);
                Assert.True(buffer.First < i && i <= buffer.Last, $"step {i} reads {buffer}");
                Assert.Equal(value, steps[buffer.First].Output);
            }
        }

        Assert.All(plan.Buffers, b => Assert.True(b.Last == b.First || steps[b.Last].Reads.Contains(b.Value), $"nothing reads {b} in its last step"));
        Assert.True(plan.ArenaLength < plan.LengthWithoutReuse);
        Assert.Equal(plan.ArenaLength, plan.Buffers.Max(End));
        Assert.Equal(plan.LengthWithoutReuse, plan.Buffers.Sum(b => b.Length));
    }

    private static ArenaBuffer Buffer(int index, int floats, int first, int last) => new(BufferId.Value(index), index, null, floats, first, last, 0);

    private static long End(ArenaBuffer buffer) => buffer.Offset + buffer.Length;

    private static IEnumerable<(ArenaBuffer A, ArenaBuffer B)> Pairs(IReadOnlyList<ArenaBuffer> placed)
        => from i in Enumerable.Range(0, placed.Count)
           from j in Enumerable.Range(0, i)
           where placed[i].First <= placed[j].Last && placed[j].First <= placed[i].Last
           select (placed[i], placed[j]);
}
