using System.Diagnostics;

namespace SeGen.Tests.Support;

/// <summary>Runs a program to its end and returns what it printed; a failure says all of it.</summary>
internal static class Tool
{
    public static string Run(string folder, string program, params string[] arguments) => Run(folder, [], program, arguments);

    public static string Run(string folder, Dictionary<string, string> environment, string program, params string[] arguments)
    {
        (int exitCode, string output) = TryRun(folder, environment, program, arguments);
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {exitCode}:\n{output}");
        return output;
    }

    public static (int ExitCode, string Output) TryRun(string folder, Dictionary<string, string> environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;

        // The build under test is its own: nothing of the build that runs the tests may leak into it.
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
