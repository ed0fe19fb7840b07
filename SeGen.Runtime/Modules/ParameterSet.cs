using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace SeGen;

/// <summary>The weights of a module by name, in the order of its state_dict.</summary>
public sealed class ParameterSet : IReadOnlyList<Parameter>
{
    private readonly Parameter[] _parameters;
    private readonly Dictionary<string, Parameter> _byName;
    private long _version = 1;

    /// <summary>Held while all values are read together, or replaced together: packing, loading, saving, going to a device.</summary>
    internal Lock Changing { get; } = new();

    /// <summary>Held while a step's gradients are added.</summary>
    internal Lock AddingGradients { get; } = new();

    internal ParameterSet(IReadOnlyList<ParameterSpec> specs, bool draw = true)
    {
        _parameters = new Parameter[specs.Count];
        _byName = new Dictionary<string, Parameter>(specs.Count, StringComparer.Ordinal);
        for (int i = 0; i < specs.Count; i++)
            _byName.Add(specs[i].Name, _parameters[i] = new Parameter(this, specs[i], draw));
    }

    /// <summary>How many tensors there are.</summary>
    public int Count => _parameters.Length;

    /// <summary>What the module was declared with, for the files that it writes.</summary>
    internal IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Grows with every <see cref="Parameter.Write"/>; modules compare it to know whether to pack the weights anew.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>The tensor at a position of the state_dict.</summary>
    public Parameter this[int index] => _parameters[index];

    /// <summary>The tensor with SeGen's name for it.</summary>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    public Parameter this[string name] => TryGet(name, out Parameter? parameter)
        ? parameter
        : throw new KeyNotFoundException($"No parameter is named \"{name}\"; there are {string.Join(", ", _byName.Keys)}.");

    /// <summary>Finds the tensor with SeGen's name for it.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out Parameter? parameter) => _byName.TryGetValue(name, out parameter);

    /// <summary>Sets every gradient to zero, as before a training step.</summary>
    public void ZeroGradients()
    {
        foreach (Parameter parameter in _parameters)
        {
            if (parameter.HasGradient)
                parameter.Gradient.Clear();
        }
    }

    /// <summary>Says that values were changed through spans from earlier calls of <see cref="Parameter.Write"/>.</summary>
    public void MarkChanged() => Raise();

    /// <summary>Makes room for values that will be read, where none were drawn.</summary>
    internal void Allocate()
    {
        foreach (Parameter parameter in _parameters)
            parameter.Allocate();
    }

    /// <summary>Raises the version and returns it.</summary>
    internal long Raise() => Interlocked.Increment(ref _version);

    /// <summary>The tensors in the order of the state_dict.</summary>
    public IEnumerator<Parameter> GetEnumerator() => ((IEnumerable<Parameter>)_parameters).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
