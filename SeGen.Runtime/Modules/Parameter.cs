namespace SeGen;

/// <summary>One tensor of a module's weights, in row-major order, with its gradient.</summary>
public sealed class Parameter
{
    private readonly int[] _shape;
    private float[]? _values;
    private readonly ParameterSet _set;
    private float[]? _gradient;
    private IParameterSource? _source;

    /// <param name="set">What it belongs to.</param>
    /// <param name="spec">What generated code says of it.</param>
    /// <param name="draw">Whether its first values are drawn; else room is made for them, or they are another set's or a file's.</param>
    internal Parameter(ParameterSet set, ParameterSpec spec, bool draw)
    {
        _set = set;
        _shape = spec.Shape;
        Spec = spec;
        Name = spec.Name;
        IsTrainable = spec.IsTrainable;
        long length = 1;
        foreach (int size in spec.Shape)
            length *= size;

        Length = (int)length;
        if (!draw)
            return;

        _values = new float[length];
        spec.Initializer.Fill(_values);
    }

    /// <summary>SeGen's name, which is PyTorch's for the same structure: "fc1.weight".</summary>
    public string Name { get; }

    /// <summary>Sizes of the dimensions, outermost first; a dense layer's weight is [out, in].</summary>
    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>How many values there are.</summary>
    public int Length { get; }

    /// <summary>The values. Valid as long as the module is; a later Write shows in it.</summary>
    /// <exception cref="InvalidOperationException">They were released by <see cref="IModule.Prepare"/> or never kept by <c>Load(...,
    /// release: true)</c>.</exception>
    public ReadOnlySpan<float> Values => _source is { } source ? source.Read(this) : Kept;

    /// <summary>
    /// The sum of the gradients since the last <see cref="ParameterSet.ZeroGradients"/>; allocated by the first training step, or when
    /// first asked for.
    /// </summary>
    public Span<float> Gradient => _gradient ?? Interlocked.CompareExchange(ref _gradient, new float[Kept.Length], null) ?? _gradient;

    /// <summary>Whether an optimizer may change it; false for running statistics.</summary>
    public bool IsTrainable { get; }

    /// <summary>Where it stands in the module, for names in other conventions.</summary>
    internal ParameterSpec Spec { get; }

    /// <summary>
    /// Of a batch norm's running variance: how many batches have gone into it, as a file said (PyTorch's num_batches_tracked), or null. It
    /// is no parameter, but is kept and written back.
    /// </summary>
    internal long? Batches { get; set; }

    internal bool HasGradient => _gradient is not null;

    /// <summary>The values for who keeps them for the length of a call.</summary>
    internal ReadOnlyMemory<float> Memory => Kept;

    private float[] Kept => _values
        ?? throw new InvalidOperationException(
            $"The values of {this} were released, by Prepare(releaseParameters: true) or Load(..., release: true), and only inference is "
                + $"left; "
            + "make another instance to read, write, save or train them.");

    /// <summary>
    /// The values for writing. The set's version is raised, so that the next Forward packs them anew; a span that is kept does not
    /// raise it again: after writing through it call <see cref="MarkChanged"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">They were released by <see cref="IModule.Prepare"/>.</exception>
    public Span<float> Write()
    {
        float[] values = Kept;
        _set.MarkChanged();
        return values;
    }

    /// <summary>Says that the values were changed through a span from an earlier <see cref="Write"/>.</summary>
    public void MarkChanged() => _set.MarkChanged();

    /// <summary>Gives up the values and the gradient.</summary>
    internal void Release() => (_values, _gradient, _source) = (null, null, null);

    /// <summary>Makes room for values that will all be read.</summary>
    internal void Allocate() => _values ??= new float[Length];

    /// <summary>Has other values, without a copy: those of a set that is packed and then forgotten.</summary>
    internal void Share(float[] values) => _values = values;

    /// <summary>Changes the values without raising the set's version, which whoever changes several does once.</summary>
    internal void Overwrite(ReadOnlySpan<float> values) => values.CopyTo(Kept);

    /// <summary>Shares the values of another parameter.</summary>
    internal void Share(Parameter other) => _values = other.Kept;

    /// <summary>Has no values of its own while it is packed, but those that it is asked for.</summary>
    internal void ReadFrom(IParameterSource source) => _source = source;

    /// <summary>"fc1.weight [8, 128]".</summary>
    public override string ToString() => $"{Name} [{string.Join(", ", _shape)}]";
}
