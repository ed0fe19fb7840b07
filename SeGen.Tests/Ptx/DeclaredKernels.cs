using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using SeGen.CompilerServices;

namespace SeGen.Tests.Ptx;

/// <summary>The kernels of all networks that are declared with Emit.Cuda in the sample, the device check and the tests.</summary>
internal static partial class DeclaredKernels
{
    /// <summary>The modules as they are in assemblies.</summary>
    public static IReadOnlyList<string> Modules { get; } =
    [
        .. new[] { typeof(SeGen.Sample.Models.DigitNet28), typeof(DeviceCheck.ResidualNet), typeof(Cuda.CudaResidualNet) }
            .SelectMany(t => t.Assembly.GetTypes())
            .Where(t => t.IsSubclassOf(typeof(NetworkKernels)))
            .SelectMany(t => Texts((NetworkKernels)t.GetField("Instance", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!))
            .Where(text => text.Length > 0),
    ];

    /// <summary>One module for each target, of all kernels that differ; those of one name are numbered.</summary>
    public static IReadOnlyList<(int Target, string Text)> Distinct { get; } =
    [
        .. Modules.GroupBy(m => int.Parse(Target().Match(m).ValueSpan, System.Globalization.CultureInfo.InvariantCulture)).Select(modules =>
        {
            string first = modules.First(), head = Shared().Replace(first[..first.IndexOf(".visible", StringComparison.Ordinal)], "");
            string[] kernels = [.. modules.SelectMany(m => Start().Split(m).Skip(1)).Select(k => Shared().Replace(k, "").Trim()).Distinct()];
            string[] shared = [.. modules.SelectMany(m => Shared().Matches(m).Select(s => s.Value)).Distinct()];
            var names = new Dictionary<string, int>();
            IEnumerable<string> numbered = kernels.Select(k => Name().Replace(k, name =>
            {
                int number = names[name.Value] = names.GetValueOrDefault(name.Value) + 1;
                return number == 1 ? name.Value : $"{name.Value}_{number}";
            }, 1));
            return (modules.Key, $"{head}{string.Concat(shared)}{string.Join("\n\n", numbered)}\n");
        }),
    ];

    private static string[] Texts(NetworkKernels kernels) =>
    [
        Encoding.UTF8.GetString(kernels.Inference), Encoding.UTF8.GetString(kernels.Training),
        Encoding.UTF8.GetString(kernels.InferenceOnTensorCores), Encoding.UTF8.GetString(kernels.TrainingOnTensorCores),
    ];

    [GeneratedRegex(@"(?<=^\.target sm_)\d+", RegexOptions.Multiline)]
    private static partial Regex Target();

    [GeneratedRegex(@"^(?=\.visible \.entry )", RegexOptions.Multiline)]
    private static partial Regex Start();

    [GeneratedRegex(@"^\.extern \.shared .*\n", RegexOptions.Multiline)]
    private static partial Regex Shared();

    [GeneratedRegex(@"(?<=^\.visible \.entry )\w+")]
    private static partial Regex Name();
}
