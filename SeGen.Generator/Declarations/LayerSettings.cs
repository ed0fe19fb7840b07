using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Blocks;
using SeGen.Generator.Model;
using SeGen.Generator.Reading;
using SeGen.Generator.Text;

namespace SeGen.Generator.Declarations;

/// <summary>
/// What decides a layer's results beside its weights, as a line that files carry: "SEResidual(Body=Basic, Stride=2, Epsilon=1E-05) layer2".
/// Defaults are filled in, so that writing one changes nothing; what matters in training alone (momentum, dropout) is not there.
/// </summary>
internal static class LayerSettings
{
    public static string Line(string kind, string path, IEnumerable<(string Name, string Value)> settings)
        => $"{kind}({string.Join(", ", settings.Select(s => $"{s.Name}={s.Value}"))}){(path.Length == 0 ? "" : " ")}{path}";

    public static IEnumerable<(string, string)> OfWindow(Window window) =>
    [
        ("Kernel", Text(window.Kernel)), ("Stride", Text(window.Stride)), ("Padding", Text(window.Padding)),
        ("Dilation", Text(window.Dilation)),
        ("CeilMode", window.CeilMode ? "true" : "false"),
    ];

    /// <summary>Those of a gate, its hidden width apart, which its weights show.</summary>
    public static IEnumerable<(string, string)> OfGate(AttributeArguments gate) =>
    [
        ("Bias", gate.Enum<SEBias>("Bias").ToString()), ("Squeeze", gate.Enum<Squeeze>("Squeeze").ToString()),
        ("Activation", gate.Enum<Activation>("Activation").ToString()), ("Gate", gate.Enum<Gate>("Gate").ToString()),
    ];

    public static IEnumerable<(string, string)> OfResidual(ResidualSettings s, int from) =>
    [
        ("Body", s.Body.ToString()), ("Channels", Text(s.Channels)), ("Stride", Text(s.Stride)), ("Blocks", Text(s.Blocks)),
        ("Groups", Text(s.Groups)), ("BaseWidth", Text(s.BaseWidth)), ("Placement", s.Placement.ToString()),
        ("Shortcut", Shortcut(s, from)), ("Epsilon", Numbers.Text(s.Epsilon)),
        .. s.Placement == SEPlacement.None ? [] : OfGate(s.Gate),
    ];

    public static IEnumerable<(string, string)> OfInverted(InvertedSettings s) =>
    [
        ("Channels", Text(s.Channels)), ("Expand", Text(s.Expand)), ("Kernel", Text(s.Kernel)), ("Stride", Text(s.Stride)),
        ("BlockActivation", s.Activation.ToString()), ("Placement", s.HasGate ? "Standard" : "None"), ("Epsilon", Numbers.Text(s.Epsilon)),
        .. s.HasGate ? OfGate(s.Gate) : [],
    ];

    /// <summary>Auto is what it comes to for the first of the blocks.</summary>
    private static string Shortcut(ResidualSettings s, int from)
    {
        bool projects = s.Body is not (ResidualBody.Conv or ResidualBody.Identity) && (s.Stride != 1 || s.Channels != from);
        return (s.Shortcut != Model.Shortcut.Auto ? s.Shortcut : projects ? Model.Shortcut.Projection : Model.Shortcut.Identity).ToString();
    }

    private static string Text(int value) => Numbers.Text(value);
}
