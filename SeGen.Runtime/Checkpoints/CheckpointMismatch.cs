using System.Text;

namespace SeGen;

/// <summary>
/// Collects all differences between a file and a module and words them as one message: the likely cause first, then the first few of each
/// kind.
/// </summary>
internal sealed class CheckpointMismatch(SafeTensorsFile file, KeyMap keys)
{
    private readonly List<(string Key, Parameter Parameter)> _missing = [];
    private readonly List<(string Key, TensorInfo Tensor)> _unexpected = [];
    private readonly List<(string Key, string Fault)> _faulty = [];
    private readonly List<string> _different = [];

    public void Missing(string key, Parameter parameter) => _missing.Add((key, parameter));

    public void Unexpected(string key, TensorInfo tensor) => _unexpected.Add((key, tensor));

    public void Faulty(string key, string fault) => _faulty.Add((key, fault));

    public void Differs(string difference) => _different.Add(difference);

    /// <exception cref="CheckpointException">
    /// A tensor is faulty; or the load is strict and something is missing, unexpected or declared otherwise; or it is not, and nothing at
    /// all was found.
    /// </exception>
    public void ThrowIfAny(ParameterSet parameters, bool strict, int loaded)
    {
        bool isNothing = loaded == 0 && parameters.Count > 0;
        if (_faulty.Count > 0 || isNothing || (strict && _missing.Count + _unexpected.Count + _different.Count > 0))
            throw new CheckpointException(
                file.Name, [.. _missing.Select(m => m.Key)], [.. _unexpected.Select(u => u.Key)],
                [.. _faulty.Select(f => f.Key), .. _different],
                Message(parameters, loaded));
    }

    private string Map => keys.IsPlain ? $"Naming.{keys.Naming}" : keys.ToString();

    private string Message(ParameterSet parameters, int loaded)
    {
        var text = new StringBuilder();
        text.Append(file.Name).Append(": ");
        if (_missing.Count + _unexpected.Count + _faulty.Count == 0)
            text.Append("the weights fit, but were saved by a module that was declared otherwise; correct the declaration, or load with "
                + "strict: false:");
        else if (loaded == 0)
            text.Append("none of the module's ").Append(parameters.Count).Append(" parameters is in the file (").Append(Map).Append("):");
        else
            text.Append("the tensors are not the module's (").Append(Map).Append("):");

        if (LikelyCause.Of(_missing, _unexpected, keys) is { } cause)
            text.Append("\n  ").Append(cause);

        LoadReport.Append(text, "wrong", [.. _faulty.Select(f => $"{f.Key}: {f.Fault}")]);
        LoadReport.Append(text, "differs", _different);
        LoadReport.Append(text, "missing", Missing());
        LoadReport.Append(
            text, "unexpected",
            [.. _unexpected.Select(u => $"{SafeTensorsException.Cut(u.Key)} {u.Tensor.TypeName} {u.Tensor.ShapeText}")]);
        return text.ToString();
    }

    /// <summary>
    /// Those that will be shown with what was probably meant: a name that is near, of a tensor that fits, and each but once.
    /// </summary>
    private List<string> Missing()
    {
        var lines = new List<string>(_missing.Count);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string key, Parameter parameter) in _missing)
        {
            string line = $"{SafeTensorsException.Cut(key)} [{string.Join(", ", parameter.Shape.ToArray())}]";
            if (lines.Count < LoadReport.Listed)
            {
                string[] candidates =
                [
                    .. _unexpected.Where(
                        u => !taken.Contains(u.Key) && u.Tensor.IsFloat
                            && CheckpointMatch.SameShape(parameter.Shape, u.Tensor.Shape)).Select(u => u.Key),
                ];
                if (Similarity.Closest(key, candidates) is { } closest)
                {
                    taken.Add(closest);
                    line += $" - did you mean {closest}?";
                }
            }

            lines.Add(line);
        }

        return lines;
    }
}
