namespace SeGen;

/// <summary>
/// Which tensor of a file belongs to which parameter, and everything that does not fit, worked out from headers alone: nothing is read
/// into a module before all of it is known.
/// </summary>
internal sealed class CheckpointMatch
{
    private readonly Dictionary<TensorInfo, (Parameter Parameter, bool IsCounter)> _wanted = new(ReferenceEqualityComparer.Instance);
    private readonly List<string> _ignored = [];
    private readonly List<string> _missing = [];
    private readonly List<string> _unexpected = [];
    private readonly SafeTensorsFile _file;
    private readonly IReadOnlyList<string> _differences;
    private int _loaded;

    private CheckpointMatch(SafeTensorsFile file, IReadOnlyList<string> differences)
    {
        (_file, _differences) = (file, differences);
    }

    /// <summary>Whether a parameter keeps the values that it has.</summary>
    public bool IsPartial => _missing.Count > 0;

    public SafeTensorsFile File => _file;

    /// <summary>What is reported once everything was read.</summary>
    public LoadReport Report => new(_file.Name, _loaded, _missing, _unexpected, _differences, _ignored);

    /// <summary>Matches a file's tensors with parameters.</summary>
    /// <param name="parameters">The module's.</param>
    /// <param name="settings">What the module was declared with.</param>
    /// <param name="file">The file.</param>
    /// <param name="keys">How its names become the module's.</param>
    /// <param name="strict">Whether what is missing, unexpected or declared otherwise is an error.</param>
    /// <exception cref="CheckpointException">The tensors do not match.</exception>
    public static CheckpointMatch Of(
        ParameterSet parameters, IReadOnlyList<string> settings, SafeTensorsFile file, KeyMap keys, bool strict)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var match = new CheckpointMatch(file, DeclaredSettings.Differences(settings, file.Metadata));
        var mismatch = new CheckpointMismatch(file, keys);
        Dictionary<string, TensorInfo> byKey = match.Rewritten(keys, mismatch);
        foreach (Parameter parameter in parameters)
            match.Add(parameter, BlockNames.Translate(parameter.Spec, keys.Naming), byKey, mismatch);

        foreach (Parameter parameter in parameters)
        {
            if (parameter.Spec.Counter is { } counter)
                match.AddCounter(parameter, BlockNames.Translate(counter, keys.Naming), byKey, mismatch);
        }

        foreach ((string key, TensorInfo tensor) in byKey.OrderBy(k => k.Key, StringComparer.Ordinal))
        {
            mismatch.Unexpected(key, tensor);
            match._unexpected.Add(tensor.Name);
        }

        foreach (string difference in match._differences)
            mismatch.Differs(difference);

        mismatch.ThrowIfAny(parameters, strict, match._loaded);
        match._ignored.Sort(StringComparer.Ordinal);
        return match;
    }

    /// <summary>
    /// What is to be read, in the order of the file, or of each of several: a disk is read forward, and a stream can be read no other way.
    /// A counter says how many batches have gone into a parameter's running statistics.
    /// </summary>
    public IEnumerable<(Parameter Parameter, TensorInfo Tensor, bool IsCounter)> InOrder()
    {
        foreach (TensorInfo tensor in _file.InOrder)
        {
            if (_wanted.TryGetValue(tensor, out (Parameter Parameter, bool IsCounter) by))
                yield return (by.Parameter, tensor, by.IsCounter);
        }
    }

    private Dictionary<string, TensorInfo> Rewritten(KeyMap keys, CheckpointMismatch mismatch)
    {
        var byKey = new Dictionary<string, TensorInfo>(StringComparer.Ordinal);
        foreach (TensorInfo tensor in _file.Tensors)
        {
            if (keys.Rewrite(tensor.Name) is not { } key)
                _ignored.Add(tensor.Name);
            else if (!byKey.TryAdd(key, tensor))
                mismatch.Faulty(key, $"both {byKey[key].Name} and {tensor.Name} of the file come to this name");
        }

        return byKey;
    }

    private void Add(Parameter parameter, string key, Dictionary<string, TensorInfo> byKey, CheckpointMismatch mismatch)
    {
        if (!byKey.Remove(key, out TensorInfo? tensor))
        {
            mismatch.Missing(key, parameter);
            _missing.Add(parameter.Name);
        }
        else if (!tensor.IsFloat)
            mismatch.Faulty(key, $"needs floats, the file has {tensor.TypeName}");
        else if (!SameShape(parameter.Shape, tensor.Shape))
            mismatch.Faulty(key, $"needs [{string.Join(", ", parameter.Shape.ToArray())}], the file has {tensor.ShapeText}");
        else
        {
            _wanted.Add(tensor, (parameter, IsCounter: false));
            _loaded++;
        }
    }

    /// <summary>One number, of whatever type a tool has made of it; that it is whole is seen when it is read.</summary>
    private void AddCounter(Parameter parameter, string key, Dictionary<string, TensorInfo> byKey, CheckpointMismatch mismatch)
    {
        if (!byKey.Remove(key, out TensorInfo? tensor))
            return;

        _ignored.Add(tensor.Name);
        if (tensor.Length == 1 && tensor.Type is not (TensorType.Other or TensorType.Bool))
            _wanted.Add(tensor, (parameter, IsCounter: true));
        else
            mismatch.Faulty(key, $"needs one whole number, the file has {tensor.TypeName} {tensor.ShapeText}");
    }

    /// <summary>A dense layer's [out, in] and a 1x1 convolution's [out, in, 1, 1] are the same weights.</summary>
    internal static bool SameShape(ReadOnlySpan<int> needed, ReadOnlySpan<long> given)
    {
        (int rank, int other) = (needed.Length, given.Length);
        if (rank != other && !(Math.Min(rank, other) == 2 && Math.Max(rank, other) == 4))
            return false;

        for (int i = 0; i < Math.Max(rank, other); i++)
        {
            if ((i < rank ? needed[i] : 1) != (i < other ? given[i] : 1))
                return false;
        }

        return true;
    }
}
