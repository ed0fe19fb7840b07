namespace SeGen.CompilerServices;

/// <summary>
/// The values of a file while they are packed: each tensor is read when a part asks for it, into an array that a later part has again.
/// </summary>
internal sealed class FileParameters : IParameterSource
{
    private readonly SafeTensorsFile _file;
    private readonly Dictionary<Parameter, TensorInfo> _tensors = [];
    private readonly Dictionary<Parameter, float[]> _read = [];
    private readonly List<float[]> _free = [];
    private readonly int _largest;

    public FileParameters(CheckpointMatch match)
    {
        _file = match.File;
        foreach ((Parameter parameter, TensorInfo tensor, bool isCounter) in match.InOrder())
        {
            if (!isCounter)
                _tensors.Add(parameter, tensor);
        }

        _largest = _tensors.Keys.Select(p => p.Length).DefaultIfEmpty(1).Max();
    }

    public ReadOnlySpan<float> Read(Parameter parameter)
    {
        if (!_read.TryGetValue(parameter, out float[]? values))
        {
            _read[parameter] = values = Take(parameter.Length);
            _file.ReadSingles(_tensors[parameter], values.AsSpan(0, parameter.Length));
        }

        return values.AsSpan(0, parameter.Length);
    }

    /// <summary>Before the next part: what was read may be overwritten.</summary>
    public void Forget()
    {
        _free.AddRange(_read.Values);
        _read.Clear();
    }

    /// <summary>
    /// An array that is long enough, at most four times too long: with few lengths none is ever given up for a longer one, and together they
    /// take little more than the largest tensor.
    /// </summary>
    private float[] Take(int length)
    {
        int size = _largest;
        while (size / 4 >= length)
            size /= 4;

        int at = _free.FindIndex(a => a.Length == size);
        if (at < 0)
            return GC.AllocateUninitializedArray<float>(size);

        float[] array = _free[at];
        _free.RemoveAt(at);
        return array;
    }
}
