using System.Text;
using System.Text.Json;
using SeGen.Tests.Support;
using Xunit.Abstractions;

namespace SeGen.Tests.Checkpoints;

/// <summary>
/// 200,000 mutants of a sound file, 10 million in a campaign. Those made by editing the header's structure are judged a second time by rules of their own; for
/// all of them only the documented exceptions may come, and no memory that the file's size does not justify.
/// </summary>
[Trait("Category", "Campaign")]
public class SafeTensorsFuzzTests(ITestOutputHelper output)
{
    private static readonly int PerSeed = Campaign.Of(25_000, 1_250_000);

    // The header's tensors cost some hundred bytes each beside their text; exceptions with their traces a few thousand.
    private const long FixedBytes = 32 << 10;
    private const long BytesPerByte = 32;

    [Theory]
    [InlineData(1709)]
    [InlineData(1507)]
    [InlineData(20180618)]
    [InlineData(-7)]
    public void Structural_mutants_are_accepted_exactly_where_the_format_allows_them(int seed)
    {
        var mutator = new SafeTensorsMutator(seed);
        var gate = new CheckpointGate();
        var faults = new HashSet<string>();
        (int accepted, int loaded) = (0, 0);
        for (int i = 0; i < PerSeed; i++)
        {
            SafeTensorsMutant mutant = mutator.Structural();
            byte[] bytes = mutant.Bytes();

            // The point of these mutants: they get past the JSON reader and into the checks.
            using (JsonDocument json = JsonDocument.Parse(bytes.AsMemory(8, (int)BitConverter.ToUInt64(bytes))))
                Assert.Equal(JsonValueKind.Object, json.RootElement.ValueKind);

            SafeTensorsException? refusal = Read(bytes);
            Assert.True(mutant.IsSound() == (refusal is null), $"Seed {seed}, mutant {i}: {refusal?.Message ?? "accepted"}\n{Encoding.UTF8.GetString(bytes)}");
            if (refusal is not null)
            {
                faults.Add(refusal.Fault.Length < 30 ? refusal.Fault : refusal.Fault[..30]);
                continue;
            }

            accepted++;
            loaded += Loads(gate, bytes) ? 1 : 0;
        }

        output.WriteLine($"Seed {seed}: {PerSeed:N0} mutants, {accepted:N0} accepted, {loaded:N0} loaded, {faults.Count} kinds of faults.");
        Assert.InRange(accepted, PerSeed / 10, PerSeed * 9 / 10);
        Assert.InRange(loaded, 1, accepted - 1);
        Assert.InRange(faults.Count, 20, int.MaxValue);
    }

    [Theory]
    [InlineData(1709)]
    [InlineData(1507)]
    [InlineData(20180618)]
    [InlineData(-7)]
    public void Mutants_of_the_bytes_are_refused_with_the_documented_exception_or_read(int seed)
    {
        var mutator = new SafeTensorsMutator(seed);
        var gate = new CheckpointGate();
        int accepted = 0;
        for (int i = 0; i < PerSeed; i++)
        {
            byte[] bytes = mutator.Bytewise();
            if (Read(bytes) is null)
            {
                accepted++;
                Loads(gate, bytes);
            }
        }

        // Changed data, or a changed letter of a name, is a sound file still.
        output.WriteLine($"Seed {seed}: {PerSeed:N0} mutants, {accepted:N0} accepted.");
        Assert.InRange(accepted, PerSeed / 100, PerSeed * 9 / 10);
    }

    /// <summary>Reads all of a file; hands back the refusal. Any other exception ends the test.</summary>
    private static SafeTensorsException? Read(byte[] bytes)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        SafeTensorsFile? file = null;
        SafeTensorsException? refusal = null;
        try
        {
            file = SafeTensorsFile.Read(bytes);
        }
        catch (SafeTensorsException e)
        {
            refusal = e;
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, FixedBytes + BytesPerByte * bytes.Length);
        if (file is null)
            return refusal;

        using (file)
        {
            long total = 0;
            foreach (TensorInfo tensor in file.Tensors)
            {
                total += tensor.ByteLength;
                if (tensor.Type == TensorType.Other)
                    Assert.Throws<SafeTensorsException>(() => file.ReadSingles(tensor.Name));
                else
                    Assert.Equal(tensor.Length, file.ReadSingles(tensor.Name).Length);
            }

            Assert.InRange(total, 0, bytes.Length);
        }

        return null;
    }

    /// <summary>Whether the module takes the file; where it does not, it is as it was.</summary>
    private static bool Loads(CheckpointGate gate, byte[] bytes)
    {
        float[] before = GateFiles.Values(gate);
        try
        {
            gate.LoadWeights(bytes);
            return true;
        }
        catch (CheckpointException)
        {
            Assert.True(before.AsSpan().SequenceEqual(GateFiles.Values(gate)) || before.Any(float.IsNaN));
            return false;
        }
    }
}
