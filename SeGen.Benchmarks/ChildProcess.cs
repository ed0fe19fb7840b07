using System.Diagnostics;

namespace SeGen.Benchmarks;

/// <summary>Runs programs to their end; one that fails is an exception, after what it has written itself.</summary>
internal static class ChildProcess
{
    /// <summary>Runs a program whose output is for the user.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception>
    public static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments))!;
        End(process);
    }

    /// <summary>What a program writes.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception>
    public static string Output(string program, params string[] arguments) => TimedOutput(program, arguments).Text;

    /// <summary>What a program writes, and the time from its start to its first line.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception>
    public static (string Text, TimeSpan FirstLine) TimedOutput(string program, params string[] arguments)
    {
        long start = Stopwatch.GetTimestamp();
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string? line = process.StandardOutput.ReadLine();
        TimeSpan first = Stopwatch.GetElapsedTime(start);
        string text = $"{line}\n{process.StandardOutput.ReadToEnd()}";
        End(process);
        return (text, first);
    }

    private static void End(Process process)
    {
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)} ended with {process.ExitCode}; the lines above say why.");
    }
}
