using System.Text;

namespace SeGen;

/// <summary>Collects all differences between a file and a module and words them as one message.</summary>
internal sealed class CheckpointMismatch(string file, Naming naming)
{
    private readonly List<(string Key, Parameter Parameter)> _missing = [];
    private readonly List<(string Key, TensorInfo Tensor)> _unexpected = [];
    private readonly List<(string Key, string Fault)> _faulty = [];

    public void Missing(string key, Parameter parameter) => _missing.Add((key, parameter));

    public void Unexpected(string key, TensorInfo tensor) => _unexpected.Add((key, tensor));

    public void Faulty(string key, string fault) => _faulty.Add((key, fault));

    public void ThrowIfAny(ParameterSet parameters, bool strict)
    {
        if (_faulty.Count > 0 || strict && (_missing.Count > 0 || _unexpected.Count > 0))
            throw new CheckpointException(
                file, [.. _missing.Select(m => m.Key)], [.. _unexpected.Select(u => u.Key)], [.. _faulty.Select(f => f.Key)], Message(parameters));
    }

    private string Message(ParameterSet parameters)
    {
        var text = new StringBuilder();
        text.Append(file).Append(": the tensors are not the module's (Naming.").Append(naming).Append("):");
        foreach ((string key, string fault) in _faulty)
            text.Append("\n  wrong       ").Append(key).Append(": ").Append(fault);

        string[] candidates = [.. _unexpected.Select(u => u.Key)];
        foreach ((string key, Parameter parameter) in _missing)
        {
            text.Append("\n  missing     ").Append(key).Append(" [").AppendJoin(", ", parameter.Shape.ToArray()).Append(']');
            if (Similarity.Closest(key, candidates) is { } closest)
                text.Append(" - did you mean ").Append(closest).Append('?');
        }

        foreach ((string key, TensorInfo tensor) in _unexpected.OrderBy(u => u.Key, StringComparer.Ordinal))
            text.Append("\n  unexpected  ").Append(key).Append(' ').Append(tensor.Type).Append(' ').Append(tensor.ShapeText);

        if (OtherNaming(parameters) is { } other)
            text.Append("\nThe names are those of Naming.").Append(other).Append(": pass it to read this file.");

        return text.ToString();
    }

    /// <summary>A convention in which every missing name is one of the file's.</summary>
    private Naming? OtherNaming(ParameterSet parameters)
    {
        if (_missing.Count == 0)
            return null;

        HashSet<string> unexpected = [.. _unexpected.Select(u => u.Key)];
        foreach (Naming other in Enum.GetValues<Naming>())
        {
            if (_missing.All(m => BlockNames.TryTranslate(m.Parameter.Spec, other) is { } name && unexpected.Contains(name)))
                return other;
        }

        return null;
    }
}
