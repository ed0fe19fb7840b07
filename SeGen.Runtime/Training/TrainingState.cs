using System.Globalization;

namespace SeGen;

/// <summary>
/// Where a run on so many samples stands: after so many steps of an epoch, with the sums over them. Of 0 samples before it began.
/// </summary>
internal readonly record struct TrainingPosition(int Count, int Epoch, int Step, int Samples, double LossSum, int Correct)
{
    /// <summary>Whether it can be one: what was seen is no more than there is, and what was right no more than what was seen.</summary>
    public bool IsSound => Correct <= Samples && Samples <= Count && (Step > 0 || (Samples == 0 && LossSum == 0)) && Step <= Count;
}

/// <summary>
/// A run's file: the weights under SeGen's names, what the optimizer keeps under "optimizer.", the position in the metadata. It is written
/// whole or not at all, and read whole before anything is changed.
/// </summary>
internal static class TrainingState
{
    private const string Format = "segen-training", Prefix = "optimizer.", StepsOf = ".steps", BatchesOf = ".batches";

    public static void Save(string path, Optimizer optimizer, TrainingPosition position, IReadOnlyDictionary<string, string> settings)
    {
        ParameterSet parameters = optimizer.Parameters;
        var tensors = new List<TensorToWrite>();
        for (int i = 0; i < parameters.Count; i++)
        {
            Parameter parameter = parameters[i];
            int[] shape = parameter.Shape.ToArray();
            tensors.Add(new(parameter.Name, shape, parameter.Memory));
            if (parameter.Batches is { } batches)
                tensors.Add(new(parameter.Name + BatchesOf, [], default, batches));

            (long steps, float[][] buffers) = optimizer.StateOf(i);
            tensors.Add(new(Prefix + parameter.Name + StepsOf, [], default, steps));
            for (int b = 0; b < buffers.Length; b++)
                tensors.Add(new($"{Prefix}{parameter.Name}.{optimizer.BufferNames[b]}", shape, buffers[b]));
        }

        var metadata = new Dictionary<string, string>(settings)
        {
            ["format"] = Format,
            ["learning rate"] = optimizer.LearningRate.ToString("R", CultureInfo.InvariantCulture),
            ["count"] = Text(position.Count),
            ["epoch"] = Text(position.Epoch),
            ["step"] = Text(position.Step),
            ["samples"] = Text(position.Samples),
            ["correct"] = Text(position.Correct),
            ["loss sum"] = position.LossSum.ToString("R", CultureInfo.InvariantCulture),
        };
        DeclaredSettings.AddTo(metadata, parameters.Settings);
        lock (parameters.Changing)
            SafeTensorsWriter.Write(path, tensors, metadata);
    }

    /// <exception cref="SafeTensorsException">The file is no state of such a run; the message says what differs.</exception>
    public static TrainingPosition Load(string path, Optimizer optimizer, IReadOnlyDictionary<string, string> settings)
    {
        using var file = SafeTensorsFile.Open(path);
        if (Metadata(file, "format") != Format)
            throw Fault(file, "format");

        foreach ((string key, string value) in settings)
        {
            if (Metadata(file, key) is var given && given != value)
                throw new SafeTensorsException(file.Name, null, $"it is of a run with {key} {given}; this one has {value}");
        }

        if (DeclaredSettings.Differences(optimizer.Parameters.Settings, file.Metadata) is { Count: > 0 } differences)
            throw new SafeTensorsException(
                file.Name, null,
                $"it is of a module that was declared otherwise: {string.Join("; ", differences.Take(LoadReport.Listed))}");

        var position = new TrainingPosition(
            Integer(file, "count"), Integer(file, "epoch"), Integer(file, "step"), Integer(file, "samples"),
            double.TryParse(Metadata(file, "loss sum"), CultureInfo.InvariantCulture, out double loss)
                ? loss
                : throw Fault(file, "loss sum"), Integer(file, "correct"));
        if (!position.IsSound)
            throw new SafeTensorsException(file.Name, null, $"its position in the run cannot be: {position}");

        if (!float.TryParse(Metadata(file, "learning rate"), CultureInfo.InvariantCulture, out float rate) || !(rate >= 0))
            throw Fault(file, "learning rate");

        var apply = new List<Action> { () => optimizer.LearningRate = rate };
        var known = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < optimizer.Parameters.Count; i++)
            Read(file, optimizer, i, apply, known);

        if (file.Tensors.FirstOrDefault(t => !known.Contains(t.Name)) is { } unexpected)
            throw new SafeTensorsException(file.Name, unexpected.Name, "a run of this module and optimizer has no such tensor");

        apply.ForEach(a => a());
        return position;
    }

    private static void Read(SafeTensorsFile file, Optimizer optimizer, int index, List<Action> apply, HashSet<string> known)
    {
        Parameter parameter = optimizer.Parameters[index];
        float[] values = Values(file, parameter.Name, parameter, known);
        long? batches = Scalar(file, parameter.Name + BatchesOf, known);
        string count = Prefix + parameter.Name + StepsOf;
        long steps = Scalar(file, count, known) ?? throw new SafeTensorsException(file.Name, count, "it is missing");
        if (steps < 0)
            throw new SafeTensorsException(file.Name, count, $"it is {steps}; a number of steps is at least 0");

        float[][] buffers = steps == 0
            ? []
            : [.. optimizer.BufferNames.ToArray().Select(name => Values(file, $"{Prefix}{parameter.Name}.{name}", parameter, known))];
        apply.Add(() =>
        {
            values.CopyTo(parameter.Write());
            parameter.MarkChanged();
            parameter.Batches = batches;
            optimizer.Restore(index, steps, buffers);
        });
    }

    private static float[] Values(SafeTensorsFile file, string name, Parameter like, HashSet<string> known)
    {
        known.Add(name);
        if (!file.TryGet(name, out TensorInfo? tensor))
            throw new SafeTensorsException(file.Name, name, "it is missing");

        if (tensor.Type != TensorType.F32 || !tensor.Shape.SequenceEqual([.. like.Shape.ToArray().Select(d => (long)d)]))
            throw new SafeTensorsException(
                file.Name, name, $"it is {tensor.TypeName} {tensor.ShapeText}; F32 [{string.Join(", ", like.Shape.ToArray())}] is needed");

        float[] values = new float[tensor.Length];
        file.ReadSingles(tensor, values);
        return values;
    }

    private static long? Scalar(SafeTensorsFile file, string name, HashSet<string> known)
    {
        known.Add(name);
        if (!file.TryGet(name, out TensorInfo? tensor))
            return null;

        return tensor.Type == TensorType.I64 && tensor.Shape.IsEmpty
            ? SafeTensorsFile.ReadInt64(tensor)
            : throw new SafeTensorsException(file.Name, name, $"it is {tensor.TypeName} {tensor.ShapeText}; I64 [] is needed");
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static int Integer(SafeTensorsFile file, string key)
        => int.TryParse(Metadata(file, key), CultureInfo.InvariantCulture, out int value) && value >= 0 ? value : throw Fault(file, key);

    private static string Metadata(SafeTensorsFile file, string key)
        => file.Metadata.TryGetValue(key, out string? value) ? value : throw Fault(file, key);

    private static SafeTensorsException Fault(SafeTensorsFile file, string key)
        => new(file.Name, null, $"its metadata has no sound \"{key}\"; it is no state of a training run");
}
