namespace SeGen;

/// <summary>Writes the parameters of a module to a file.</summary>
internal static class CheckpointSaver
{
    public static void Save(ParameterSet parameters, string path, Naming naming)
    {
        // A Parameter hands out spans; the writer sorts and must hold on to the values, so it gets copies: a save is not a hot path.
        SafeTensorsWriter.Write(
            path,
            parameters.Select(p => new TensorToWrite(BlockNames.Translate(p.Spec, naming), Shape(p, naming), p.Values.ToArray()))
                .Concat(parameters.Where(p => p.Batches is not null).Select(p => new TensorToWrite(BlockNames.Translate(p.Spec.Counter!, naming), [], default, p.Batches))),
            new Dictionary<string, string> { ["format"] = "pt" });
    }

    /// <summary>Of a gate's dense layer [out, in, 1, 1] where the convention has 1x1 convolutions: PyTorch loads no other shape.</summary>
    private static int[] Shape(Parameter parameter, Naming naming)
        => parameter.Spec.Block != BlockKind.None && parameter.Shape.Length == 2 && GateNames.AreConvolutions(naming)
            ? [.. parameter.Shape, 1, 1]
            : parameter.Shape.ToArray();
}
