using SeGen.Generator.Ptx;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Ptx;

/// <summary>Something that is summed up over the pixels of a channel.</summary>
/// <param name="Role">What its registers are called.</param>
/// <param name="Start">What it begins with.</param>
/// <param name="Combine">Two of them as one, in a new register.</param>
internal sealed record GateSum(string Role, float Start, Func<string, string, string> Combine);

/// <summary>A number for each channel of an image, which its pixels are finished with.</summary>
/// <param name="Role">What its register is called.</param>
/// <param name="Array">Where it stands.</param>
/// <param name="Offset">Where in an image's part of that, in floats.</param>
/// <param name="OfImage">How long such a part is, in floats.</param>
internal sealed record GateFactor(string Role, string Array, int Offset, int OfImage);

/// <summary>
/// A direction of a gate: sums over the pixels of each channel, then the dense layers, then another pass over the pixels. Forms of kernels
/// differ in who does what and where pixels are kept in between; they all do the same with the numbers, in the same order.
/// </summary>
internal abstract class GatePass(GateContext context)
{
    protected GateContext Context => context;

    protected PtxWriter Writer => context.Writer;

    protected GateLaunch Launch => context.Launch;

    /// <summary>Tensors that are summed over. The last one is the one that a block keeps, if it can, and that becomes the result.</summary>
    public abstract IReadOnlyList<string> Streams { get; }

    /// <summary>Those of them that the second pass needs.</summary>
    public abstract IReadOnlyList<string> FinishStreams { get; }

    /// <summary>The tensor that the second pass writes.</summary>
    public abstract string Result { get; }

    public abstract IReadOnlyList<GateSum> Sums { get; }

    /// <summary>Before the pixels of a channel are summed over.</summary>
    public virtual void BeginChannel(string image, string channel)
    {
    }

    /// <summary>Adds a vector of each stream to the sums, column by column.</summary>
    public abstract void Add(string guard, IReadOnlyList<string[]> values, IReadOnlyList<string[]> sums);

    /// <summary>The dense layers of an image, by one block, from the partial sums of its units.</summary>
    public abstract void Dense(string image);

    /// <summary>What the second pass needs of a channel.</summary>
    public abstract IReadOnlyList<GateFactor> Factors { get; }

    /// <summary>Makes the result of a float, in the register of the last stream.</summary>
    /// <param name="guard">Whether it is there.</param>
    /// <param name="values">Its value in each of the second pass's streams.</param>
    /// <param name="factors">The channel's factors.</param>
    public abstract void Finish(string guard, IReadOnlyList<string> values, IReadOnlyList<string> factors);

    /// <summary>Makes the result of a vector of one channel, and writes it.</summary>
    public void FinishVector(string guard, IReadOnlyList<string[]> values, IReadOnlyList<string> factors, string place)
    {
        string[] result = values[values.Count - 1];
        for (int i = 0; i < result.Length; i++)
            Finish(guard, [.. values.Select(v => v[i])], factors);

        Writer.Line($"{guard}st.global.cs{GateUnit.SuffixOf(result.Length)} {place}, {GateUnit.Operand(result)}");
    }

    /// <summary>The factors of a channel, from memory.</summary>
    public string[] LoadFactors(string image, string channel) => [.. Factors.Select(factor => Load(factor, image, channel))];

    /// <summary>One of them.</summary>
    protected string Load(GateFactor factor, string image, string channel)
    {
        string at = Writer.Integer("mad.lo.u32", "factorAt", image, Numbers.Text(factor.OfImage), channel);
        return Writer.Real("ld.global.f32", factor.Role, Writer.Element(context[factor.Array], at, factor.Offset));
    }
}
