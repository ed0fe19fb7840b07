namespace SeGen;

/// <summary>Writes the parameters of a module to a file.</summary>
internal static class CheckpointSaver
{
    public static void Save(ParameterSet parameters, IReadOnlyList<string> settings, string path, Naming naming, WeightType type)
    {
        if (!Enum.IsDefined(type))
            throw new ArgumentOutOfRangeException(nameof(type), type, "There is no such type; write WeightType.F32, F16 or BF16.");

        var metadata = new Dictionary<string, string> { ["format"] = "pt" };
        DeclaredSettings.AddTo(metadata, settings);
        SafeTensorsWriter.Write(
            path,
            parameters.Select(p => new TensorToWrite(BlockNames.Translate(p.Spec, naming), Shape(p, naming), p.Memory) { Type = type })
                .Concat(parameters.Where(p => p.Batches is not null).Select(
                    p => new TensorToWrite(BlockNames.Translate(p.Spec.Counter!, naming), [], default, p.Batches))),
            metadata);
    }

    /// <summary>Of a gate's dense layer [out, in, 1, 1] where the convention has 1x1 convolutions: PyTorch loads no other shape.</summary>
    private static int[] Shape(Parameter parameter, Naming naming)
        => parameter.Spec.Block != BlockKind.None && parameter.Shape.Length == 2 && GateNames.AreConvolutions(naming)
            ? [.. parameter.Shape, 1, 1]
            : parameter.Shape.ToArray();
}
