using System.Globalization;

namespace SeGen;

/// <summary>How many threads SeGen uses, the caller's included.</summary>
public static class SeGenThreads
{
    /// <summary>The environment variable that sets <see cref="Degree"/>.</summary>
    public const string Variable = "SEGEN_THREADS";

    /// <summary>The most threads that can be asked for.</summary>
    public const int Maximum = 1024;

    private static int _degree;

    /// <summary>
    /// The number of threads for modules whose own <see cref="IModule.Threads"/> is 0: what was set here, else the environment
    /// variable SEGEN_THREADS, else the number of processors. 1 keeps all work on the caller's thread. Results do not depend on it, and
    /// more threads than processors are not used.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to less than 1 or more than <see cref="Maximum"/>.</exception>
    /// <exception cref="InvalidOperationException">SEGEN_THREADS is no number in that range.</exception>
    public static int Degree
    {
        get => _degree != 0 ? _degree : _degree = FromEnvironment(Environment.GetEnvironmentVariable(Variable));
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Maximum);
            _degree = value;
        }
    }

    /// <summary>The most threads that can help: more than there are processors only wait for each other. Settable for tests.</summary>
    internal static int MostUseful { get; set; } = Environment.ProcessorCount;

    /// <summary>So many threads, or as many as can help.</summary>
    internal static int Useful(int threads) => Math.Min(threads, MostUseful);

    internal static int FromEnvironment(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return Math.Min(Environment.ProcessorCount, Maximum);

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int degree) && degree is >= 1 and <= Maximum)
            return degree;

        throw new InvalidOperationException($"The environment variable {Variable} is \"{text}\"; it must be a number from 1 to {Maximum}.");
    }
}
