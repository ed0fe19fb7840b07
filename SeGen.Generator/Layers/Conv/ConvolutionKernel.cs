using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Conv;

/// <summary>
/// y[o] = act(b[o] + sum over inputs i and taps of W[o, i] x[i] + residual[o]), and perhaps the sums over the pixels of y, for a gate. How
/// it is computed is the kernel's matter; the planner chooses by shape (ConvolutionChoice).
/// </summary>
/// <param name="In">The input.</param>
/// <param name="Out">The output.</param>
/// <param name="Taps">What is read for a pixel.</param>
/// <param name="Activation">Applied last.</param>
/// <param name="Residual">What is added, or null.</param>
/// <param name="HasSums">Whether the sums over the pixels are kept: a vector for each band.</param>
internal abstract record ConvolutionKernel(
    Place In, Place Out, Taps Taps, Activation Activation, Place? Residual, bool HasSums) : KernelSpec
{
    /// <summary>The end of the name: what is done with a pixel that is computed.</summary>
    protected string Suffix => (Activation == Activation.Identity ? "" : $"_{Activation}")
        + (Residual is null ? "" : $"_Add{(Residual.Border > 0 ? $"b{Numbers.Text(Residual.Border)}" : "")}") + (HasSums ? "_Sums" : "");

    /// <summary>"relu(conv(input) + residual)".</summary>
    protected string Formula(string input)
    {
        string value = $"conv({input}){(Residual is null ? "" : " + residual")}";
        return Activation == Activation.Identity ? value : $"{Activation.ToString().ToLowerInvariant()}({value})";
    }

    /// <summary>Floats of all weights: biases first.</summary>
    public abstract long WeightsLength { get; }

    /// <summary>Parts of the map, each with sums of its own, where the size is fixed.</summary>
    public abstract int Bands { get; }

    /// <summary>What packing calls the order of the weights.</summary>
    public abstract string PackedLayout { get; }

    /// <summary>
    /// The number that goes with it: blocks, planes or inputs that an output reads, or blocks of outputs that lie together.
    /// </summary>
    public abstract int PackedInputs { get; }

    /// <summary>
    /// About the floats whose reading takes as long: of the output, or of one of its pixels where the size comes at run time.
    /// </summary>
    public abstract long Work { get; }

    /// <summary>How many cuts there are.</summary>
    /// <param name="size">The graph's size of the output, where it comes at run time.</param>
    public abstract Cuts CutsOf(int size);
}
