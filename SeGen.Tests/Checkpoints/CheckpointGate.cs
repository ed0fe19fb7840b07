namespace SeGen.Tests.Checkpoints;

/// <summary>fc1 [6, 20] and fc2 [20, 6], with biases: small enough to compare every value.</summary>
[SEBlock(Channels = 20, Reduction = 3, Height = 2, Width = 3)]
public partial class CheckpointGate;

/// <summary>Files for it.</summary>
internal static class GateFiles
{
    public static RawTensor[] Tensors(string first = "fc1", string second = "fc2", float factor = 0.01f, bool convolutions = false) =>
    [
        RawTensor.Counting($"{first}.weight", convolutions ? [6, 20, 1, 1] : [6, 20], factor),
        RawTensor.Counting($"{first}.bias", [6], factor),
        RawTensor.Counting($"{second}.weight", convolutions ? [20, 6, 1, 1] : [20, 6], -factor),
        RawTensor.Counting($"{second}.bias", [20], factor),
    ];

    /// <summary>All values, one after the other, to compare before and after.</summary>
    public static float[] Values(CheckpointGate gate) => [.. gate.Parameters.SelectMany(p => p.Values.ToArray())];

    /// <summary>What a gate holds that has read <see cref="Tensors"/>.</summary>
    public static float[] Expected(float factor = 0.01f)
        => [.. Enumerable.Range(1, 120).Concat(Enumerable.Range(1, 6)).Select(i => i * factor), .. Enumerable.Range(1, 120).Select(i => i * -factor),
            .. Enumerable.Range(1, 20).Select(i => i * factor)];

    public static float[] Forward(CheckpointGate gate)
    {
        float[] input = [.. Enumerable.Range(0, CheckpointGate.InputLength).Select(i => MathF.Sin(i))];
        float[] output = new float[CheckpointGate.OutputLength];
        gate.Forward(input, output);
        return output;
    }
}
