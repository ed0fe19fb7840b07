using System.Runtime.CompilerServices;
using SeGen.CompilerServices;

namespace SeGen.Tests.Support;

/// <summary>The tests' modules are small: here a second thread helps with little work already, so that what is said of threads is tested.</summary>
internal static class ManyThreads
{
    private const int Floats = 1 << 9;

    // More than the machine has, so that every number of threads is really tried.
    private const int Threads = 64;

    [ModuleInitializer]
    internal static void Initialize() => (ModuleRun.FloatsPerThread, SeGenThreads.MostUseful) = (Floats, Threads);
}
