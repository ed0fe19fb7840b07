namespace SeGen.CompilerServices;

/// <summary>
/// The values of a file while they are packed: each tensor is read when a part asks for it, into arrays that the next part has again.
/// </summary>
internal sealed class FileParameters : IParameterSource
{
    // Beside its largest tensor a part reads biases and statistics, a few thousand floats.
    private const int Beside = 1 << 14;

    private readonly SafeTensorsFile _file;
    private readonly Dictionary<Parameter, TensorInfo> _tensors = [];
    private readonly Dictionary<Parameter, ArraySegment<float>> _read = [];
    private readonly List<float[]> _arrays = [];
    private readonly int _largest;
    private int _array;
    private int _used;

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
        if (!_read.TryGetValue(parameter, out ArraySegment<float> values))
        {
            values = Take(parameter.Length);
            _file.ReadSingles(_tensors[parameter], values);
            _read.Add(parameter, values);
        }

        return values;
    }

    /// <summary>Before the next part: what was read may be overwritten.</summary>
    public void Forget()
    {
        _read.Clear();
        (_array, _used) = (0, 0);
    }

    /// <summary>
    /// Room behind what the part has read. Every array holds the largest tensor and what is read beside it, so that none is ever given up
    /// for a longer one, and there is a second one only where a part has two large tensors. Pages that nothing was read into take no
    /// memory.
    /// </summary>
    private ArraySegment<float> Take(int length)
    {
        for (; _array < _arrays.Count && _arrays[_array].Length - _used < length; _array++)
            _used = 0;

        if (_array == _arrays.Count)
            _arrays.Add(GC.AllocateUninitializedArray<float>((int)Math.Min((long)_largest + Beside, Array.MaxLength)));

        _used += length;
        return new ArraySegment<float>(_arrays[_array], _used - length, length);
    }
}
