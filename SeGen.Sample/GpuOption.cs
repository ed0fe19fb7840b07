using System.CommandLine;
using System.CommandLine.Parsing;

namespace SeGen.Sample;

/// <summary>"--gpu", alone or with a policy.</summary>
internal static class GpuOption
{
    /// <param name="what">What runs there.</param>
    public static Option<GpuPolicy?> Create(string what) => new("--gpu")
    {
        Description = $"{what} on an NVIDIA GPU. Auto, the default: on the CPU where there is none; Require: fails where there is none.",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = result => result.Tokens.Count == 0 ? GpuPolicy.Auto : Parse(result),
    };

    private static GpuPolicy? Parse(ArgumentResult result)
    {
        if (Enum.TryParse(result.Tokens[0].Value, ignoreCase: true, out GpuPolicy policy) && Enum.IsDefined(policy))
            return policy;

        result.AddError($"--gpu is one of {string.Join(", ", Enum.GetNames<GpuPolicy>())}, not '{result.Tokens[0].Value}'.");
        return null;
    }
}
