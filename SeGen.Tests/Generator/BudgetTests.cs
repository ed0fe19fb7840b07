using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using SeGen.Generator.Model;

namespace SeGen.Tests.Generator;

/// <summary>No shape makes a method that the JIT would give up optimising, which costs a factor of ten.</summary>
public class BudgetTests
{
    /// <summary>Locals up to which the JIT inlines.</summary>
    private const int MaxLocals = 512;

    [Theory]
    [InlineData("2048, Height = 7, Width = 7, Squeeze = Squeeze.MeanMaxAverage, Activation = Activation.HardSwish, Gate = Gate.HardSigmoid, MaxBatch = 8")]
    [InlineData("1024, Height = 60, Width = 60, MaxBatch = 8")]
    [InlineData("256, Height = 16, Width = 16, Squeeze = Squeeze.MeanMaxAverage, Activation = Activation.SiLU")]
    [InlineData("255, Hidden = 33, Height = 15, Width = 17, Activation = Activation.HardSwish, Gate = Gate.HardSigmoid")]
    [InlineData("255, Hidden = 33, Height = 15, Width = 17, Squeeze = Squeeze.Max")]
    [InlineData("1023, Hidden = 1023, Height = 1, Width = 127, Activation = Activation.ReLU6, Squeeze = Squeeze.MeanMaxAverage")]
    [InlineData("63, Hidden = 15, Height = 1, Width = 255, Activation = Activation.SiLU, Gate = Gate.HardSigmoid")]
    [InlineData("2048, Hidden = 2048, Height = 8, Width = 8, Squeeze = Squeeze.Max, Activation = Activation.SiLU, MaxBatch = 8")]
    [InlineData("1025, Hidden = 511, Height = 257, Width = 255, Squeeze = Squeeze.MeanMaxAverage, Activation = Activation.SiLU")]
    [InlineData("4095, Hidden = 255, Squeeze = Squeeze.MeanMaxAverage, Activation = Activation.HardSwish, Gate = Gate.HardSigmoid, MaxBatch = 8")]
    public void The_largest_shapes_stay_within_the_unroll_budget(string arguments)
    {
        using var stream = new MemoryStream();
        Assert.True(GeneratorHarness.Run($"[SEBlock({arguments})] partial class Block;").Output.Emit(stream).Success);
        using var file = new PEReader([.. stream.ToArray()]);
        MetadataReader reader = file.GetMetadataReader();

        MethodDefinition[] methods = [.. reader.MethodDefinitions.Select(reader.GetMethodDefinition).Where(m => m.RelativeVirtualAddress != 0)];
        Assert.NotEmpty(methods);
        Assert.All(methods, method =>
        {
            MethodBodyBlock body = file.GetMethodBody(method.RelativeVirtualAddress);
            ImmutableArray<byte> il = body.GetILContent();
            string name = $"{reader.GetString(reader.GetTypeDefinition(method.GetDeclaringType()).Name)}.{reader.GetString(method.Name)}";

            Assert.True(il.Length <= UnrollBudget.MaxIL, $"{name}: {il.Length} bytes of IL");
            Assert.True(Locals(reader, body) <= MaxLocals, $"{name}: {Locals(reader, body)} locals");
            Assert.True(LocalReferences.Count(il) <= UnrollBudget.MaxLocalReferences, $"{name}: {LocalReferences.Count(il)} references to locals");
        });
    }

    private static int Locals(MetadataReader reader, MethodBodyBlock body)
    {
        if (body.LocalSignature.IsNil)
            return 0;

        BlobReader signature = reader.GetBlobReader(reader.GetStandaloneSignature(body.LocalSignature).Signature);
        signature.ReadSignatureHeader();
        return signature.ReadCompressedInteger();
    }
}
