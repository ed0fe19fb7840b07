using System.Numerics.Tensors;
using SeGen.CompilerServices;

namespace SeGen;

/// <summary>Runs a recorded input through a module and compares what comes out: the factors of gates, then the output.</summary>
internal static class Verification
{
    private const string InputKey = "input", OutputKey = "output", GateKey = "gate.", GateAlone = "gate";

    /// <exception cref="SafeTensorsException">The file is broken, or its tensors do not have the module's shapes.</exception>
    /// <exception cref="VerificationException">A tensor differs by more than the tolerance.</exception>
    public static VerifyReport Run(ModuleState module, string path, float tolerance)
    {
        if (!(tolerance >= 0))
            throw new ArgumentOutOfRangeException(nameof(tolerance), tolerance, "The tolerance must be at least 0.");

        using var file = SafeTensorsFile.Open(path);
        TensorInfo input = Required(file, InputKey), output = Required(file, OutputKey);
        (int batch, int height, int width) = Size(module.Definition, file, input);
        (int outHeight, int outWidth) = module.Definition.OutputSize(height, width);
        float[] computed = new float[(long)batch * module.Definition.OutputChannels * outHeight * outWidth];
        if (output.Length != computed.Length)
            throw new SafeTensorsException(
                path, OutputKey,
                $"is {output.ShapeText}; for this input the module gives [{batch}, {module.Definition.OutputChannels}, {outHeight}, "
                    + $"{outWidth}]");

        // In the order in which they are first seen, which is that of computing them.
        var gates = new Dictionary<string, List<float>>(StringComparer.Ordinal);
        var order = new List<string>();
        float[] values = file.ReadSingles(InputKey);
        module.Forward(values, computed, height, width, (gate, factors) =>
        {
            if (!gates.TryGetValue(gate, out List<float>? seen))
            {
                gates.Add(gate, seen = []);
                order.Add(gate);
            }

            seen.AddRange(factors);
        });
        if (module.Definition.IsGate && (file.TryGet(GateAlone, out _) || file.TryGet(GateKey, out _)))
        {
            float[] factors = new float[batch * module.Definition.InputChannels];
            module.Excite(values, factors, height, width);
            gates.Add("", [.. factors]);
            order.Add("");
        }

        return Compare(file, tolerance, order, gates, computed);
    }

    private static VerifyReport Compare(
        SafeTensorsFile file, float tolerance, List<string> order, Dictionary<string, List<float>> gates, float[] output)
    {
        var compared = new List<VerifiedTensor>();
        var seen = new HashSet<string>(StringComparer.Ordinal) { InputKey, OutputKey };
        foreach (string gate in order)
        {
            string key = gate.Length == 0 && file.TryGet(GateAlone, out _) ? GateAlone : GateKey + gate;
            if (!file.TryGet(key, out TensorInfo? recorded))
                continue;

            if (recorded.Length != gates[gate].Count)
                throw new SafeTensorsException(file.Name, key, $"is {recorded.ShapeText}; the module gives {gates[gate].Count} factors");

            seen.Add(key);
            compared.Add(new VerifiedTensor(key, Difference(file.ReadSingles(key), [.. gates[gate]])));
        }

        compared.Add(new VerifiedTensor(OutputKey, Difference(file.ReadSingles(OutputKey), output)));
        string[] rest = [.. file.Tensors.Select(t => t.Name).Where(n => !seen.Contains(n)).Order(StringComparer.Ordinal)];
        var report = new VerifyReport(file.Name, tolerance, compared, rest);
        foreach (VerifiedTensor tensor in compared)
        {
            if (!(tensor.Difference <= tolerance))
                throw new VerificationException(report, tensor);
        }

        return report;
    }

    /// <summary>
    /// Relative to the largest recorded magnitude; infinite where one of the two is NaN or infinite and the other is not the same.
    /// </summary>
    private static float Difference(float[] recorded, float[] computed)
    {
        float largest = recorded.Length == 0
            ? 0
            : TensorPrimitives.MaxMagnitude<float>([.. recorded.Where(float.IsFinite), 0]), difference = 0;
        for (int i = 0; i < recorded.Length; i++)
        {
            if (recorded[i].Equals(computed[i]))
                continue;

            if (!float.IsFinite(recorded[i]) || !float.IsFinite(computed[i]))
                return float.PositiveInfinity;

            difference = Math.Max(difference, Math.Abs(recorded[i] - computed[i]));
        }

        return difference == 0 ? 0 : difference / Math.Abs(largest);
    }

    private static TensorInfo Required(SafeTensorsFile file, string key) => file.TryGet(key, out TensorInfo? tensor)
        ? tensor
        : throw new SafeTensorsException(
            file.Name, null, $"has no tensor \"{key}\"; Verify needs \"{InputKey}\" and \"{OutputKey}\", and takes \"{GateKey}NAME\"");

    private static (int Batch, int Height, int Width) Size(ModuleDefinition module, SafeTensorsFile file, TensorInfo input)
    {
        ReadOnlySpan<long> shape = input.Shape;
        bool fits = shape.Length is 3 or 4 && shape[^3] == module.InputChannels
            && shape[^2] is > 0 and < int.MaxValue && shape[^1] is > 0 and < int.MaxValue
                && (module.Height == 0 || (shape[^2] == module.Height && shape[^1] == module.Width))
                    && input.Length is > 0 and <= int.MaxValue;
        string size = module.Height == 0 ? "H, W" : $"{module.Height}, {module.Width}";
        return fits
            ? (shape.Length == 4 ? (int)shape[0] : 1, (int)shape[^2], (int)shape[^1])
            : throw new SafeTensorsException(
                file.Name, input.Name, $"is {input.ShapeText}; the module needs [N, {module.InputChannels}, {size}]");
    }
}
