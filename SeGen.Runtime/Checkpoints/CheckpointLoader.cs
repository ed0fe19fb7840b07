namespace SeGen;

/// <summary>Matches the tensors of a file with the parameters of a module, and reads them all or none.</summary>
internal static class CheckpointLoader
{
    /// <summary>Reads the file into the parameters.</summary>
    /// <exception cref="CheckpointException">The tensors do not match.</exception>
    public static void Load(ParameterSet parameters, SafeTensorsFile file, KeyMap keys, bool strict)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var mismatch = new CheckpointMismatch(file.Name, keys.Naming);
        var byKey = new Dictionary<string, TensorInfo>(StringComparer.Ordinal);
        foreach (TensorInfo tensor in file.Tensors)
        {
            string key = keys.Rewrite(tensor.Name);
            if (!byKey.TryAdd(key, tensor))
                mismatch.Faulty(key, $"both {byKey[key].Name} and {tensor.Name} of the file come to this name");
        }

        var matches = new List<(Parameter Parameter, TensorInfo Tensor)>(parameters.Count);
        foreach (Parameter parameter in parameters)
        {
            string key = BlockNames.Translate(parameter.Spec, keys.Naming);
            if (!byKey.Remove(key, out TensorInfo? tensor))
                mismatch.Missing(key, parameter);
            else if (!IsFloat(tensor.Type))
                mismatch.Faulty(key, $"needs floats, the file has {tensor.Type}");
            else if (!SameShape(parameter.Shape, tensor.Shape))
                mismatch.Faulty(key, $"needs [{string.Join(", ", parameter.Shape.ToArray())}], the file has {tensor.ShapeText}");
            else
                matches.Add((parameter, tensor));
        }

        var counters = new List<(Parameter Parameter, long Batches)>();
        foreach (Parameter parameter in parameters)
        {
            if (parameter.Spec.Counter is not { } counter || !byKey.Remove(BlockNames.Translate(counter, keys.Naming), out TensorInfo? tensor))
                continue;

            if (tensor.Type == TensorType.I64 && tensor.Length == 1)
                counters.Add((parameter, file.ReadInt64(tensor)));
            else
                mismatch.Faulty(BlockNames.Translate(counter, keys.Naming), $"needs one I64, the file has {tensor.Type} {tensor.ShapeText}");
        }

        foreach ((string key, TensorInfo tensor) in byKey)
            mismatch.Unexpected(key, tensor);

        mismatch.ThrowIfAny(parameters, strict);
        foreach ((Parameter parameter, TensorInfo tensor) in matches)
            file.ReadSingles(tensor, parameter.Write());

        foreach ((Parameter parameter, long batches) in counters)
            parameter.Batches = batches;
    }

    private static bool IsFloat(TensorType type) => type is TensorType.F32 or TensorType.F16 or TensorType.BF16 or TensorType.F64;

    /// <summary>A dense layer's [out, in] and a 1x1 convolution's [out, in, 1, 1] are the same weights.</summary>
    private static bool SameShape(ReadOnlySpan<int> needed, ReadOnlySpan<long> given)
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
