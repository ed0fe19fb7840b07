using System.Globalization;
using System.Text;

namespace SeGen;

/// <summary>A tensor that <see cref="IModule.Verify"/> compared.</summary>
/// <param name="Name">Its key in the file: "output", "gate.layer1.0.se".</param>
/// <param name="Difference">The largest difference of two values, relative to the largest magnitude of the recorded tensor.</param>
public readonly record struct VerifiedTensor(string Name, float Difference);

/// <summary>How a module's results compare with recorded ones.</summary>
public sealed class VerifyReport
{
    internal VerifyReport(string file, float tolerance, IReadOnlyList<VerifiedTensor> compared, IReadOnlyList<string> notObservable)
    {
        (File, Tolerance, Compared, NotObservable) = (file, tolerance, compared, notObservable);
    }

    /// <summary>The file's path.</summary>
    public string File { get; }

    /// <summary>The largest difference that is allowed, relative to the largest magnitude of the tensor.</summary>
    public float Tolerance { get; }

    /// <summary>What was compared, in the order in which the module computes it; the output last.</summary>
    public IReadOnlyList<VerifiedTensor> Compared { get; }

    /// <summary>
    /// Keys of the file that the module does not let one see: values that are fused into others, and gates that it does not have.
    /// </summary>
    public IReadOnlyList<string> NotObservable { get; }

    /// <summary>A line for each tensor.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{File}: {Compared.Count} tensors compared, tolerance {Tolerance}");
        foreach (VerifiedTensor tensor in Compared)
        {
            string word = tensor.Difference <= Tolerance ? "equal" : "differs";
            text.Append(CultureInfo.InvariantCulture, $"\n  {word,-10}  {tensor.Name}: {tensor.Difference:0.##e+0} of its largest value");
        }

        LoadReport.Append(text, "not seen", NotObservable);
        return text.ToString();
    }
}
