namespace SeGen;

/// <summary>Writes the parameters of a module to a file.</summary>
internal static class CheckpointSaver
{
    public static void Save(ParameterSet parameters, string path, Naming naming)
    {
        // A Parameter hands out spans; the writer sorts and must hold on to the values, so it gets copies: a save is not a hot path.
        SafeTensorsWriter.Write(
            path,
            parameters.Select(p => new TensorToWrite(BlockNames.Translate(p.Spec, naming), p.Shape.ToArray(), p.Values.ToArray()))
                .Concat(parameters.Where(p => p.Batches is not null).Select(p => new TensorToWrite(BlockNames.Translate(p.Spec.Counter!, naming), [], default, p.Batches))),
            new Dictionary<string, string> { ["format"] = "pt" });
    }
}
