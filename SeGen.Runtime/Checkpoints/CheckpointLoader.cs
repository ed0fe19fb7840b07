using SeGen.CompilerServices;

namespace SeGen;

/// <summary>Reads the tensors that match into the weights of a module, all or none.</summary>
internal static class CheckpointLoader
{
    /// <summary>
    /// Reads a file into weights that may be in use: everything is read before anything is changed, and a Forward that runs meanwhile
    /// computes with the old weights or with the new ones.
    /// </summary>
    public static void Load(PackedWeights weights, CheckpointMatch match)
    {
        List<(Parameter Parameter, float[] Values)> tensors = [];
        List<(Parameter Parameter, long Batches)> counters = [];
        foreach ((Parameter parameter, TensorInfo tensor, bool isCounter) in match.InOrder())
        {
            if (isCounter)
            {
                counters.Add((parameter, Batches(match.File, tensor)));
                continue;
            }

            float[] values = GC.AllocateUninitializedArray<float>(parameter.Length);
            match.File.ReadSingles(tensor, values);
            tensors.Add((parameter, values));
        }

        match.File.CheckEnd();
        weights.Replace(tensors, counters);
    }

    /// <summary>
    /// Reads a file into weights that nobody else has yet, without a second copy of them; where it fails, they are given up.
    /// </summary>
    public static void LoadNew(CheckpointMatch match)
    {
        foreach ((Parameter parameter, TensorInfo tensor, bool isCounter) in match.InOrder())
        {
            if (isCounter)
                parameter.Batches = Batches(match.File, tensor);
            else
                match.File.ReadSingles(tensor, parameter.Write());
        }

        match.File.CheckEnd();
    }

    private static long Batches(SafeTensorsFile file, TensorInfo tensor)
    {
        if (tensor.Type == TensorType.I64)
            return SafeTensorsFile.ReadInt64(tensor);

        Span<float> value = stackalloc float[1];
        file.ReadSingles(tensor, value);

        // Beyond 2^24 a float is whole whatever it was; nobody trains on so many batches and saves them so.
        return value[0] >= 0 && value[0] == MathF.Floor(value[0]) && value[0] < long.MaxValue
            ? (long)value[0]
            : throw new SafeTensorsException(file.Name, tensor.Name, $"is {value[0]}; a number of batches is whole and at least 0");
    }
}
