using SeGen.Generator.Model;
using SeGen.Generator.Text;

namespace SeGen.Generator.Programs.Gpu;

/// <summary>What steps write their lines of a network's file for GPUs with.</summary>
/// <param name="writer">The file.</param>
/// <param name="isTraining">Whether the lines are those of training.</param>
internal sealed class GpuWriter(SourceWriter writer, bool isTraining)
{
    public bool IsTraining => isTraining;

    public void Line(string text) => writer.Line(text);

    /// <summary>The local of a value.</summary>
    public static string V(int value) => Name(value);

    /// <summary>An activation.</summary>
    public static string Text(Activation activation) => $"global::SeGen.Activation.{activation}";

    /// <summary>An initialiser of the settings that are written.</summary>
    public static string Settings(IEnumerable<string> settings)
    {
        string[] written = [.. settings.Where(s => s.Length > 0)];
        return written.Length == 0 ? "" : $" {{ {string.Join(", ", written)} }}";
    }

    /// <summary>Settings of what is done with a value that is computed.</summary>
    public static IEnumerable<string> Ends(int factors, string norm, int residual, Activation activation) =>
    [
        factors < 0 ? "" : $"Factors = {Name(factors)}",
        norm.Length == 0 ? "" : $"Norm = {norm}",
        residual < 0 ? "" : $"Residual = {Name(residual)}",
        activation == Activation.Identity ? "" : $"Activation = {Text(activation)}",
    ];

    private static string Name(int value) => $"v{Numbers.Text(value)}";
}
