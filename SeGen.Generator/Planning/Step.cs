namespace SeGen.Generator.Planning;

/// <summary>What runs as one pass over its data: one operation of the graph or several that were fused. Values are the graph's.</summary>
/// <param name="Output">The value that it writes; below 0 for the result, which is the caller's.</param>
/// <param name="Layer">The attribute that asked for it.</param>
internal abstract record Step(int Output, int Layer)
{
    /// <summary>The values that it reads.</summary>
    public abstract IEnumerable<int> Reads { get; }

    /// <summary>Whether it only moves the caller's values into the layout of the kernels, or out of it.</summary>
    public virtual bool IsLayout => false;

    /// <summary>Whether it leaves the sums over the pixels of each channel of its output.</summary>
    public virtual bool LeavesSums => false;

    /// <summary>Whether it reads such sums of its input.</summary>
    public virtual bool ReadsSums => false;

    /// <summary>Zeros that it reads around a value.</summary>
    public virtual int BorderOf(int value) => 0;

    /// <summary>Whether it can read a value of few channels in planes.</summary>
    public virtual bool ReadsPlanes(int value) => false;
}
