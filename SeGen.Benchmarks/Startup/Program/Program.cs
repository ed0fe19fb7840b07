using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using System.Runtime.InteropServices;
using SeGen;
using SeGen.Sample.Models;
using SeGen.Startup;

// Loads an SE-ResNet-18, computes one result, and says how long each part took: reading the weights, packing them, the first result and a
// later one. The first line comes as soon as there is a result, for whoever started this program to take the time.
using JitTimes? jit = args is [_, _, _, "--jit"] ? new JitTimes() : null;
SeGenThreads.Degree = int.Parse(args[2], CultureInfo.InvariantCulture);
var times = new List<TimeSpan>();
long start = Stopwatch.GetTimestamp();

float[] input = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(args[1])).ToArray(), output = new float[1000];
SEResNet18 network = SEResNet18.Load(args[0]);
Next();
network.Prepare();
Next();
network.Forward(input, output);
Next();
Console.WriteLine($"class {output.AsSpan().IndexOf(output.Max())}");
network.Forward(input, output);
start = Stopwatch.GetTimestamp();
network.Forward(input, output);
Next();

Console.WriteLine(string.Join(' ', times.Select(t => t.TotalMilliseconds.ToString("f2", CultureInfo.InvariantCulture))));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{JitInfo.GetCompiledMethodCount()} {JitInfo.GetCompilationTime().TotalMilliseconds:f1} {SeGenInfo.VectorWidth}"));
foreach ((string method, double milliseconds) in jit?.Longest(8) ?? [])
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{milliseconds:f2} {method}"));

void Next()
{
    times.Add(Stopwatch.GetElapsedTime(start));
    start = Stopwatch.GetTimestamp();
}
