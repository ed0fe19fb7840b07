using SeGen.Generator.Planning;
using SeGen.Generator.Text;

namespace SeGen.Generator.Programs;

/// <summary>What a parameter of a kernel is bound to.</summary>
internal abstract record Argument;

/// <summary>A buffer of the image at hand, so many floats behind its start.</summary>
internal sealed record BufferArgument(BufferId Buffer, int Plus) : Argument;

/// <summary>The packed weights of the step.</summary>
internal sealed record WeightsArgument : Argument;

/// <summary>The caller's image of the input, or of the output.</summary>
internal sealed record CallerArgument(bool IsInput) : Argument;

/// <summary>What a thread has for itself while it runs a cut.</summary>
internal sealed record WorkspaceArgument : Argument;

/// <summary>A size of the graph that comes at run time.</summary>
internal sealed record SizeArgument(int Size) : Argument;

/// <summary>A kernel with an argument for each of its parameters but the cut.</summary>
/// <param name="kernel">The kernel.</param>
/// <param name="method">Which of its methods.</param>
internal sealed class Call(KernelSpec kernel, string method = "Run")
{
    private readonly Dictionary<string, Argument> _arguments = new(StringComparer.Ordinal);

    public KernelSpec Kernel => kernel;

    public string Method => method;

    public Signature Signature => Kernel.SignatureOf(Method);

    /// <summary>The argument of a parameter; null is no argument, for what only some kernels of a kind take.</summary>
    public Argument? this[string role]
    {
        get => _arguments.TryGetValue(role, out Argument? argument) ? argument : null;
        init
        {
            if (value is null)
                return;

            if (Signature.Parameters.All(p => p.Role != role))
                throw new InvalidOperationException($"{Kernel.Name}.{Method} has no parameter \"{role}\"; it takes {Signature.Declared}.");

            _arguments.Add(role, value);
        }
    }

    /// <summary>The parameters with their arguments, the cut apart, which comes with each run.</summary>
    public IEnumerable<(KernelParameter Parameter, Argument Argument)> Arguments => Signature.Parameters
        .Where(p => p != Signature.Cut)
        .Select(p => (p, this[p.Role] ?? throw new InvalidOperationException($"{Kernel.Name}.{Method} is called without \"{p.Role}\".")));

    /// <summary>Whether it is run cut by cut.</summary>
    public bool HasCuts => Signature.Parameters.Contains(Signature.Cut);
}

/// <summary>How many cuts there are: a number, or so many for each band of rows of a size that comes at run time.</summary>
/// <param name="Count">Cuts, or cuts of a band.</param>
/// <param name="BandRows">Rows of a band, or 0.</param>
/// <param name="Size">The size, or below 0.</param>
internal readonly record struct Cuts(int Count, int BandRows = 0, int Size = -1)
{
    /// <summary>The number as an expression of the rows.</summary>
    public string Text(string rows) => BandRows == 0
        ? Numbers.Text(Count)
        : $"{Numbers.Text(Count)} * (({rows} + {Numbers.Text(BandRows - 1)}) / {Numbers.Text(BandRows)})";
}

/// <summary>
/// About how much there is to do, in floats that are read: a number, or so many for each pixel of a size that comes at run time.
/// </summary>
internal readonly record struct Work(long Floats, int Size = -1);

/// <summary>Calls whose cuts are shared among threads: a cut runs each of them a number of times, one behind the other.</summary>
internal sealed record Phase(int Number, Cuts Cuts, Work Work, IReadOnlyList<(Call Call, int Times)> Parts);

/// <summary>The factors of a gate, told to whoever watches.</summary>
internal sealed record Observation(string Layer, BufferArgument Factors, int Channels);

/// <summary>How the parameters of a step become its packed weights.</summary>
internal abstract record Packing
{
    /// <summary>The call that packs them, as it stands in the generated file.</summary>
    /// <param name="slice">The parameters and where the packed weights go.</param>
    public abstract string Write(string slice);
}
