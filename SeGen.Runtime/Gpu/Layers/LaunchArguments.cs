namespace SeGen.Cuda.Layers;

/// <summary>The values of a kernel's parameters, in their order: addresses first, then numbers.</summary>
internal sealed class LaunchArguments
{
    private readonly List<ulong> _values = [];

    public IReadOnlyList<ulong> Values => _values;

    /// <summary>Begins again, in the memory there is.</summary>
    public LaunchArguments Clear()
    {
        _values.Clear();
        return this;
    }

    public LaunchArguments Address(params ReadOnlySpan<ulong> addresses)
    {
        foreach (ulong address in addresses)
            _values.Add(address);

        return this;
    }

    public LaunchArguments Number(params ReadOnlySpan<int> numbers)
    {
        foreach (int number in numbers)
            _values.Add((uint)number);

        return this;
    }

    /// <summary>An activation: its limits, and which of the smooth ones it is.</summary>
    public LaunchArguments Activation(Activation activation)
        => Real(activation is SeGen.Activation.ReLU or SeGen.Activation.ReLU6 ? 0 : float.NegativeInfinity)
        .Real(activation == SeGen.Activation.ReLU6 ? 6 : float.PositiveInfinity)
        .Number(activation switch { SeGen.Activation.SiLU => 1, SeGen.Activation.HardSwish => 2, _ => 0 });

    /// <summary>A number that is known when the launch is made.</summary>
    public LaunchArguments Mark(ulong mark)
    {
        _values.Add(mark);
        return this;
    }

    public LaunchArguments Real(float value)
    {
        _values.Add(BitConverter.SingleToUInt32Bits(value));
        return this;
    }

    /// <summary>
    /// A divisor, and the numbers by which two multiplications divide by it what is below 2^31 (Granlund and Montgomery, Division by
    /// invariant integers using multiplication, 1994, figure 4.1).
    /// </summary>
    public LaunchArguments Divisor(int divisor)
    {
        int shift = 0;
        while (1L << shift < divisor)
            shift++;

        ulong magic = ((1ul << 32) * ((1ul << shift) - (ulong)divisor) / (ulong)divisor) + 1;
        _values.Add((ulong)divisor);
        _values.Add(magic & uint.MaxValue);
        _values.Add((ulong)shift);
        return this;
    }
}
