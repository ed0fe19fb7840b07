using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SeGen.Generator.Ir;
using SeGen.Generator.Programs;
using SeGen.Generator.Writing;

namespace SeGen.Tests.Generator;

/// <summary>Declarations without end: each ends in time, with a module or a diagnostic, and when it is told to.</summary>
public class BoundsTests
{
    // Some hundred times what each takes: what is tested is that time does not grow with the square, or with a power of two.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void An_argument_of_thousands_of_terms_is_read_in_time()
    {
        GeneratorResult result = InTime($"[SEBlock(Channels = {string.Join(" + ", Enumerable.Repeat("1", 2000))})] partial class Gate;");
        Assert.Empty(result.Reported);
        Assert.Empty(result.CompilerComplaints);
        string header = result.Text.Split('\n')[1];
        Assert.StartsWith("// Gate: [SEBlock ( Channels = 1 + 1 + 1", header, StringComparison.Ordinal);
        Assert.InRange(header.Length, 200, 500);
    }

    [Fact]
    public void A_chain_of_hundreds_of_networks_ends_at_a_depth_that_the_message_names()
    {
        string chain = string.Concat(Enumerable.Range(1, 200).Select(i => $"[SENetwork(4), Layer<N{i - 1}>] partial class N{i};\n"));
        GeneratorResult result = InTime($"[SENetwork(4), Conv(4)] partial class N0;\n{chain}");
        Assert.All(result.Reported, d => Assert.Contains("modules stand within each other more than 64 deep; use fewer", d.GetMessage(), StringComparison.Ordinal));
        Assert.Equal(200 - 63, result.Reported.Length);
        Assert.Empty(result.CompilerComplaints);
    }

    [Fact]
    public void Networks_that_double_at_each_depth_end_at_a_number_of_layers()
    {
        string chain = string.Concat(Enumerable.Range(1, 40).Select(i => $"[SENetwork(4), Layer<N{i - 1}>, Layer<N{i - 1}>] partial class N{i};\n"));
        GeneratorResult result = InTime($"[SENetwork(4), ReLU] partial class N0;\n{chain}");
        Assert.All(result.Reported, d => Assert.Contains("with the modules in it written out there are more than 5000 layers; use fewer", d.GetMessage(), StringComparison.Ordinal));
        Assert.InRange(result.Reported.Length, 25, 35);
        Assert.Empty(result.CompilerComplaints);
    }

    [Fact]
    public void Blocks_by_the_thousand_end_at_a_number_of_operations()
    {
        string stages = string.Join(", ", Enumerable.Repeat("SEResidual(16, Blocks = 1000)", 5));
        Diagnostic reported = Assert.Single(InTime($"[SENetwork(16, Height = 8, Width = 8), {stages}] partial class Net;").Reported);
        Assert.Equal("SEGEN034", reported.Id);
        Assert.Equal(
            "This layer and those before it come to more than 30,000 operations, with the modules that Layer<T> names written out; build the module of fewer", reported.GetMessage());
    }

    [Fact]
    public void Planning_takes_time_in_proportion_to_the_blocks()
    {
        // Counted in allocations, which do not depend on the machine's mood: four times the blocks, at most six times as much.
        long few = Allocated(100), many = Allocated(400);
        Assert.InRange(many, 2 * few, 6 * few);

        static long Allocated(int blocks)
        {
            NetworkSpec spec = Planning.PlanHarness.Spec($"[SENetwork(16, Height = 8, Width = 8), SEResidual(16, Blocks = {blocks})]");
            NetworkPlanner.Plan(spec);
            long before = GC.GetAllocatedBytesForCurrentThread();
            NetworkPlanner.Plan(spec);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void Cancellation_is_looked_at_within_reading_planning_and_writing()
    {
        // A second of work; it is asked to end after a few milliseconds, at whatever it is doing then.
        CSharpCompilation compilation = GeneratorHarness.Compile(["[SENetwork(16, Height = 8, Width = 8), SEResidual(16, Blocks = 1000)] partial class Net;"]);
        var clock = Stopwatch.StartNew();
        for (int milliseconds = 1; milliseconds < 400; milliseconds *= 3)
        {
            using var cancellation = new CancellationTokenSource(milliseconds);
            clock.Restart();
            try
            {
                GeneratorHarness.NewDriver().RunGenerators(compilation, cancellation.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.True(cancellation.IsCancellationRequested);
            }
        }

        using var done = new CancellationTokenSource();
        done.Cancel();
        NetworkSpec spec = Planning.PlanHarness.Spec("[SENetwork(16, Height = 8, Width = 8), SEResidual(16, Blocks = 3)]");
        Assert.Throws<OperationCanceledException>(() => NetworkPlanner.Plan(spec, done.Token));
        Assert.Throws<OperationCanceledException>(() => SeGen.Generator.Writing.NetworkEmitter.Emit(NetworkPlanner.Plan(spec), "SeGen.Generated.Kernels_X", done.Token));
    }

    private static GeneratorResult InTime(string source)
    {
        Task<GeneratorResult> run = Task.Run(() => GeneratorHarness.Run(source));
        Assert.True(run.Wait(Patience), "It does not end.");
        Assert.Null(run.Result.Run.Exception);
        return run.Result;
    }
}
