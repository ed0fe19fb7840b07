using System.Runtime.InteropServices;

namespace SeGen.Tests.Ptx;

/// <summary>The interpreter computes what a device would, and finds what a device need not do right.</summary>
[Trait("Category", "Ptx")]
public class PtxInterpreterTests
{
    private static readonly int?[] Schedules = [null, 1, 2, 3, 4, 5];

    [Fact]
    public void Each_thread_computes_its_value()
    {
        float[] x = [.. Enumerable.Range(0, 192).Select(i => i * 0.25f)];
        foreach (int? seed in Schedules)
            Assert.Equal(x.Select(v => 2 * v), Double(PtxSamples.Double, x, blocks: 3, seed));
    }

    [Theory]
    [InlineData("", "", 4, "lie beyond x")]
    [InlineData("mad.lo.u32 %i, %i, 64, %thread;", "mad.lo.u32 %i, %i, 64, 1;", 3, "race on y")]
    [InlineData("mul.wide.u32 %at, %i, 4;", "mul.wide.u32 %at, %i, 3;", 3, "is not a multiple of 4")]
    [InlineData("mov.u32 %i, %ctaid.x;", "", 3, "%i was never written")]
    [InlineData("add.u64 %y, %y, %at;", "add.u64 %y, %x, 0;", 3, "was read by .nc")]
    [InlineData("ld.global.nc.f32 %value, [%x];", "ld.global.nc.f32 %value, [%y];", 3, "y[0] was never written")]
    public void What_goes_wrong_in_a_thread_is_found(string from, string to, int blocks, string message)
    {
        string text = from.Length == 0 ? PtxSamples.Double : Planted(PtxSamples.Double, from, to);
        Assert.Contains(message, Assert.Throws<PtxFaultException>(() => Double(text, new float[192], blocks, seed: null)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("add.rn.f32 %value, %value, %value;", "add.f32 %value, %value, %value;", "its rounding is not named")]
    [InlineData("add.rn.f32 %value, %value, %value;", "tanh.approx.f32 %value, %value;", "does not know tanh.approx.f32")]
    [InlineData("add.rn.f32 %value, %value, %value;", "add.rn.f32 %value, %value, %i2;", "there is no register %i2")]
    [InlineData("add.rn.f32 %value, %value, %value;", "add.rn.f32 %value, %value, 1;", "1 is no value of type F32")]
    [InlineData("add.u64 %x, %x, %at;", "add.u64 %x, %x, %i;", "%i is of type B32")]
    [InlineData("ld.param.u64 %x, [x];", "ld.param.u64 %x, [z];", "there is no parameter [z]")]
    [InlineData("ret;", "", "does not end with ret")]
    [InlineData("ret;", "bra Nowhere; ret;", "there is no label Nowhere")]
    [InlineData(".reg .b64 %x, %y, %at;", ".reg .b64 %x, %y, %at, %x;", "%x is declared twice")]
    [InlineData(".reg .b64 %x, %y, %at;", ".reg .b64 %x, %y, %at; .local .b8 a[4];", "no declaration that the interpreter knows")]
    public void Text_that_is_no_such_kernel_is_refused(string from, string to, string message)
        => Assert.Contains(message, Assert.Throws<PtxFaultException>(() => PtxParser.Parse(Planted(PtxSamples.Double, from, to))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_block_adds_up_its_values()
    {
        float[] x = [.. Enumerable.Range(0, 128).Select(i => (float)i)];
        foreach (int? seed in Schedules)
            Assert.Equal([63 * 64 / 2, (64 + 127) * 64 / 2], BlockSum(PtxSamples.BlockSum, x, seed));
    }

    [Theory]
    [InlineData("bar.sync 0;", "", "shared memory at 4")]
    [InlineData("@%isFirst st.shared.f32 [%place], %sum;", "st.shared.f32 [%place], %sum;", "race on shared memory")]
    [InlineData("[partial+4]", "[partial+8]", "lies beyond the 8 bytes")]
    [InlineData("[partial+4]", "[partial+2]", "is not a multiple of 4")]
    [InlineData("bar.sync 0;", "@%isFirst bar.sync 0;", "wait at a barrier that")]
    [InlineData("bar.sync 0;", "@%isFirst bra Other; bar.sync 0; bra Both; Other: bar.sync 0; Both:", "wait at two barriers")]
    [InlineData("mov.b32 %bits, %sum;", "setp.eq.u32 %isFirst, %lane, 3; @%isFirst bra End; mov.b32 %bits, %sum;", "lane 3, which has left|lanes of its mask do not come")]
    [InlineData("8, 31, 0xffffffff", "8, 31, 0x7fffffff", "leaves out the lane|which takes no part")]
    public void What_goes_wrong_between_threads_is_found(string from, string to, string messages)
    {
        // What happens to be in order in one schedule is not in another.
        string text = Planted(PtxSamples.BlockSum, from, to);
        int found = Schedules.Count(seed => Record.Exception(() => BlockSum(text, new float[128], seed)) is PtxFaultException fault
            && messages.Split('|').Any(m => fault.Message.Contains(m, StringComparison.Ordinal)));
        Assert.True(found >= Schedules.Length - 2, $"found by {found} of {Schedules.Length} schedules");
    }

    [Fact]
    public void The_block_that_comes_last_sees_what_the_others_wrote()
    {
        foreach (int? seed in Schedules)
            Assert.Equal(21u, Ticket(PtxSamples.Ticket, seed));
    }

    [Theory]
    [InlineData("fence.acq_rel.gpu;\n    atom", "atom")]
    [InlineData("1;\n    fence.acq_rel.gpu;", "1;")]
    public void A_missing_fence_is_found(string from, string to)
    {
        string text = Planted(PtxSamples.Ticket.ReplaceLineEndings("\n"), from, to);
        Assert.All(Schedules, seed => Assert.Contains("race on parts", Assert.Throws<PtxFaultException>(() => Ticket(text, seed)).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Blocks_that_run_together_wait_for_each_other()
    {
        foreach (int? seed in Schedules)
            Assert.Equal([1u, 2, 3, 4, 0], Neighbours(PtxSamples.GridBarrier, 5, seed));
    }

    [Theory]
    [InlineData("@%p bra Spin;", "")]
    [InlineData("@%p bra Spin;\n    fence.acq_rel.gpu;", "@%p bra Spin;")]
    [InlineData("fence.acq_rel.gpu;\n    atom", "atom")]
    [InlineData("Written:\n    bar.sync 0;", "Written:")]
    public void A_barrier_of_the_grid_that_does_not_wait_is_found(string from, string to)
    {
        string text = Planted(PtxSamples.GridBarrier.ReplaceLineEndings("\n"), from, to);
        int found = Schedules.Count(seed => Record.Exception(() => Neighbours(text, 5, seed)) is PtxFaultException);
        Assert.True(found >= Schedules.Length - 2, $"found by {found} of {Schedules.Length} schedules");
    }

    [Fact]
    public void A_barrier_of_the_grid_needs_all_blocks_at_the_same_time()
    {
        Assert.Contains("no end after", Assert.Throws<PtxFaultException>(() => Neighbours(PtxSamples.GridBarrier, 5, seed: null, isCooperative: false, most: 100_000)).Message, StringComparison.Ordinal);
        Assert.Contains("runs 32 at a time", Assert.Throws<PtxFaultException>(() => Neighbours(PtxSamples.GridBarrier, 33, seed: null)).Message, StringComparison.Ordinal);
    }

    private static string Planted(string text, string from, string to)
    {
        int at = text.IndexOf(from, StringComparison.Ordinal);
        Assert.True(at >= 0, $"{from} does not stand there");
        return string.Concat(text.AsSpan(0, at), to, text.AsSpan(at + from.Length));
    }

    private static PtxKernel Kernel(string text) => PtxParser.Parse(text).Kernels.Values.Single();

    private static float[] Double(string text, float[] x, int blocks, int? seed)
    {
        var memory = new PtxMemory();
        ulong from = memory.Allocate(x, "x"), to = memory.Allocate(x.Length * sizeof(float), "y");
        PtxLaunch.Run(Kernel(text), memory, PtxDeviceModel.Small, ((uint)blocks, 1), 64, 0, [from, to], seed: seed);
        return memory.Floats(to, x.Length);
    }

    private static float[] BlockSum(string text, float[] x, int? seed)
    {
        var memory = new PtxMemory();
        ulong from = memory.Allocate(x, "x"), to = memory.Allocate(x.Length / 64 * sizeof(float), "total");
        PtxLaunch.Run(Kernel(text), memory, PtxDeviceModel.Small, ((uint)x.Length / 64, 1), 64, 0, [from, to], seed: seed);
        return memory.Floats(to, x.Length / 64);
    }

    private static uint Ticket(string text, int? seed)
    {
        var memory = new PtxMemory();
        ulong parts = memory.Allocate(6 * sizeof(uint), "parts"), count = memory.Allocate([0f], "count"), total = memory.Allocate(sizeof(uint), "total");
        PtxLaunch.Run(Kernel(text), memory, PtxDeviceModel.Small, (6, 1), 32, 0, [parts, count, total], seed: seed);
        return Words(memory, total, 1)[0];
    }

    private static uint[] Neighbours(string text, uint blocks, int? seed, bool isCooperative = true, long most = 10_000_000)
    {
        var memory = new PtxMemory();
        ulong numbers = memory.Allocate(blocks * sizeof(uint), "numbers"), result = memory.Allocate(blocks * sizeof(uint), "result"), barrier = memory.Allocate([0f], "barrier");
        PtxLaunch.Run(Kernel(text), memory, PtxDeviceModel.Small, (blocks, 1), 64, 0, [numbers, result, barrier], isCooperative, seed, most);
        return Words(memory, result, (int)blocks);
    }

    private static uint[] Words(PtxMemory memory, ulong at, int count)
    {
        var words = new uint[count];
        memory.Read(at, MemoryMarshal.AsBytes(words.AsSpan()));
        return words;
    }
}
