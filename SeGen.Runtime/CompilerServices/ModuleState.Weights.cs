using System.Globalization;

namespace SeGen.CompilerServices;

/// <summary>Reading and writing weights.</summary>
public sealed unsafe partial class ModuleState
{
    /// <summary>A module with the weights of a file.</summary>
    /// <param name="module">The module.</param>
    /// <param name="path">The file.</param>
    /// <param name="keys">How its names become the module's.</param>
    /// <param name="strict">Whether a missing or unexpected tensor is an error.</param>
    /// <param name="release">Whether the parameters' own values are not kept.</param>
    public static ModuleState Load(ModuleDefinition module, string path, KeyMap keys, bool strict, bool release)
    {
        using var file = SafeTensorsFile.Open(path);
        return Load(module, file, keys, strict, release);
    }

    /// <summary>A module with the weights of a stream of safetensors.</summary>
    /// <inheritdoc cref="Load(ModuleDefinition, string, KeyMap, bool, bool)"/>
    public static ModuleState Load(ModuleDefinition module, Stream stream, KeyMap keys, bool strict, bool release)
    {
        // Packed without being kept, tensors are read in the order of the parts and not of the stream.
        using SafeTensorsFile file = release ? SafeTensorsFile.Read(stream) : SafeTensorsFile.ReadForward(stream);
        return Load(module, file, keys, strict, release);
    }

    /// <summary>A module with the weights of safetensors in memory.</summary>
    /// <inheritdoc cref="Load(ModuleDefinition, string, KeyMap, bool, bool)"/>
    public static ModuleState Load(ModuleDefinition module, ReadOnlyMemory<byte> memory, KeyMap keys, bool strict, bool release)
    {
        using var file = SafeTensorsFile.Read(memory);
        return Load(module, file, keys, strict, release);
    }

    private static ModuleState Load(ModuleDefinition module, SafeTensorsFile file, KeyMap keys, bool strict, bool release)
    {
        var weights = new PackedWeights(module, seed: null);
        CheckpointMatch match = CheckpointMatch.Of(weights.Parameters, module.Settings, file, keys, strict);

        // What the file lacks has the values that a new module has; drawing millions for nothing would take longer than reading them.
        if (match.IsPartial)
        {
            weights = new PackedWeights(module, seed: 0);
            match = CheckpointMatch.Of(weights.Parameters, module.Settings, file, keys, strict);
        }

        var state = new ModuleState(module, weights);
        if (release && !match.IsPartial)
            weights.PackAndRelease(match);
        else
        {
            weights.Parameters.Allocate();
            CheckpointLoader.LoadNew(match);
            if (release)
                state.Prepare(releaseParameters: true);
        }

        weights.Origin = Origin(match.Report);
        return state;
    }

    /// <summary>See <see cref="IModule.LoadWeights(string, KeyMap, bool)"/>.</summary>
    public LoadReport LoadWeights(string path, KeyMap keys, bool strict)
    {
        using var file = SafeTensorsFile.Open(path);
        return LoadWeights(file, keys, strict);
    }

    /// <summary>See <see cref="IModule.LoadWeights(Stream, KeyMap, bool)"/>.</summary>
    public LoadReport LoadWeights(Stream stream, KeyMap keys, bool strict)
    {
        using var file = SafeTensorsFile.ReadForward(stream);
        return LoadWeights(file, keys, strict);
    }

    /// <summary>See <see cref="IModule.LoadWeights(ReadOnlyMemory{byte}, KeyMap, bool)"/>.</summary>
    public LoadReport LoadWeights(ReadOnlyMemory<byte> memory, KeyMap keys, bool strict)
    {
        using var file = SafeTensorsFile.Read(memory);
        return LoadWeights(file, keys, strict);
    }

    /// <summary>See <see cref="IModule.SaveWeights"/>.</summary>
    public void SaveWeights(string path, Naming naming, WeightType type)
    {
        lock (Parameters.Changing)
            CheckpointSaver.Save(Parameters, _module.Settings, path, naming, type);
    }

    /// <summary>See <see cref="IModule.Verify"/>.</summary>
    public VerifyReport Verify(string path, float tolerance) => Verification.Run(this, path, tolerance);

    private LoadReport LoadWeights(SafeTensorsFile file, KeyMap keys, bool strict)
    {
        CheckpointMatch match = CheckpointMatch.Of(Parameters, _module.Settings, file, keys, strict);
        CheckpointLoader.Load(_weights, match);
        LoadReport report = match.Report;
        _weights.Origin = Origin(report);
        return report;
    }

    private static string Origin(LoadReport report)
        => string.Create(
            CultureInfo.InvariantCulture, $"{report.Loaded:N0} of {report.Loaded + report.Missing.Count:N0} parameters from {report.File}");
}
