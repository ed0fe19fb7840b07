using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SeGen.Tests.Checkpoints;

namespace SeGen.Tests.Campaigns;

/// <summary>A program of its own that does nothing but save weights, compiled once for the tests that kill it.</summary>
internal sealed class SaverProgram
{
    // The weights of a save are all its number, so that a torn file shows.
    private const string Source = """
        using SeGen;

        string path = args[0];
        int first = int.Parse(args[1]), count = int.Parse(args[2]);
        var gate = new Saver.Saved();
        System.Console.Out.WriteLine("ready");
        for (int i = 0; i < count; i++)
        {
            foreach (Parameter parameter in gate.Parameters)
                parameter.Write().Fill(first + i);

            gate.SaveWeights(path);
        }

        namespace Saver
        {
            [SEBlock(256, Hidden = 256)]
            public partial class Saved;
        }
        """;

    private readonly string _program;

    public SaverProgram(TemporaryDirectory directory)
    {
        string folder = Directory.CreateDirectory(directory.File("saver")).FullName;
        CSharpCompilation input = CSharpCompilation.Create(
            "Saver", [CSharpSyntaxTree.ParseText(Source, Generator.GeneratorHarness.CSharp12)], Generator.GeneratorHarness.Compile([]).References, new CSharpCompilationOptions(OutputKind.ConsoleApplication));
        Generator.GeneratorResult result = Generator.GeneratorHarness.Run(input);
        _program = Path.Combine(folder, "Saver.dll");
        using (FileStream image = File.Create(_program))
            Assert.True(result.Output.Emit(image).Success);

        foreach (Type type in new[] { typeof(IModule), typeof(System.Numerics.Tensors.TensorPrimitives) })
            File.Copy(type.Assembly.Location, Path.Combine(folder, Path.GetFileName(type.Assembly.Location)));

        File.WriteAllText(
            Path.Combine(folder, "Saver.runtimeconfig.json"),
            "{\"runtimeOptions\": {\"framework\": {\"name\": \"Microsoft.NETCore.App\", \"version\": \"" + Environment.Version + "\"}}}");
    }

    /// <summary>Starts it; it has begun to save when it has said so.</summary>
    public async Task<Process> Start(string path, int first, int count)
    {
        Process process = Process.Start(new ProcessStartInfo("dotnet", [_program, path, $"{first}", $"{count}"]) { RedirectStandardOutput = true })!;
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync());
        return process;
    }

    /// <summary>The number of the save that a file is of; it must be one whole.</summary>
    public static float Read(string path)
    {
        using var file = SafeTensorsFile.Open(path);
        Assert.Equal(4, file.Tensors.Count);
        float[] values = [.. file.Tensors.SelectMany(t => file.ReadSingles(t.Name))];
        Assert.Equal(2 * 256 * 256 + 2 * 256, values.Length);
        Assert.Equal(-1, values.AsSpan().IndexOfAnyExcept(values[0]));
        return values[0];
    }
}
