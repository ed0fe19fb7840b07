namespace SeGen.Cuda;

/// <summary>A module's parameters on a device, in the order of the state_dict, and their gradients there.</summary>
internal sealed unsafe class GpuWeights : IDisposable
{
    private readonly GpuContext _context;
    private readonly ParameterSet _parameters;
    private readonly int _length;
    private readonly CudaMemory _values;
    private readonly CudaPinnedMemory _host;
    private CudaMemory? _gradients;
    private long _version;
    private bool _hasGradients;

    public GpuWeights(GpuContext context, ParameterSet parameters)
    {
        (_context, _parameters) = (context, parameters);
        _length = parameters.Sum(p => p.Length);
        _values = new CudaMemory(context.Device, Math.Max(1, _length));
        _host = new CudaPinnedMemory(context.Device, Math.Max(1, _length));
    }

    /// <summary>Where the values begin.</summary>
    public ulong Address => _values.Address;

    /// <summary>Where a parameter's values begin; 0 where there is none of this name.</summary>
    public ulong Of(string name) => At(name) is >= 0 and int at ? Address + (ulong)at * sizeof(float) : 0;

    /// <summary>Floats of all parameters.</summary>
    public int Length => _length;

    /// <summary>Whether the device has stepped on, and the host's parameters are those of before.</summary>
    public bool IsAhead { get; set; }

    /// <summary>Copies the values anew where they were written since the last time, and says whether they were.</summary>
    public bool Update()
    {
        long version = _parameters.Version;
        if (version == _version || _length == 0)
            return false;

        if (IsAhead)
            throw BothChanged();

        // The copy before this one may still be under way.
        _context.Stream.Synchronize();
        lock (_parameters.Changing)
        {
            // Once more: a load that held the lock has raised it, and what is copied now is all of that load's.
            version = _parameters.Version;
            int at = 0;
            for (int p = 0; p < _parameters.Count; p++)
            {
                _parameters[p].Values.CopyTo(_host.Span[at..]);
                at += _parameters[p].Length;
            }
        }

        _context.Stream.Upload(_values.Address, _host.Start, _length);
        _version = version;
        return true;
    }

    private static InvalidOperationException BothChanged()
        => new("The parameters were changed on the GPU, by Optimize, and on the host since then: call Synchronize before writing to "
            + "them; to go on from the host's, dispose of this module and make another.");

    /// <summary>Where a parameter's gradient begins; 0 where there is none of this name.</summary>
    public ulong GradientOf(string name)
    {
        PrepareGradients();
        return At(name) is >= 0 and int at ? _gradients!.Address + (ulong)at * sizeof(float) : 0;
    }

    /// <summary>Whether kernels have added to gradients since these were brought or used.</summary>
    public bool IsGradientHere => _hasGradients;

    /// <summary>Says that an optimizer has stepped on the device: gradients are 0, and the host's values those of before.</summary>
    public void Stepped() => (_hasGradients, IsAhead) = (false, true);

    /// <summary>Says that kernels have added to gradients.</summary>
    public void HasGradients() => _hasGradients = true;

    /// <summary>
    /// Brings running statistics, which the device has moved, to the host's parameters, and the others where it has stepped; waits for the
    /// device.
    /// </summary>
    /// <param name="steps">After how many steps of running statistics.</param>
    /// <param name="isWhole">Whether all parameters are brought where the device is ahead.</param>
    public void Bring(int steps, bool isWhole)
    {
        bool isAll = isWhole && IsAhead;
        if (isAll && _version != _parameters.Version)
            throw BothChanged();

        int at = 0;
        for (int p = 0; p < _parameters.Count; p++)
        {
            Parameter parameter = _parameters[p];
            if (isAll || !parameter.IsTrainable)
                _context.Stream.Download((float*)_host.Start + at, _values.Address + (ulong)at * sizeof(float), parameter.Length);

            at += parameter.Length;
        }

        _context.Stream.Synchronize();
        bool isSame = _version == _parameters.Version;
        at = 0;
        for (int p = 0; p < _parameters.Count; p++)
        {
            Parameter parameter = _parameters[p];
            if (isAll || !parameter.IsTrainable)
            {
                _host.Span.Slice(at, parameter.Length).CopyTo(parameter.Write());
                if (parameter.Batches is { } batches)
                    parameter.Batches = batches + steps;
            }

            at += parameter.Length;
        }

        // The device has these values already.
        if (isSame)
            _version = _parameters.Version;

        IsAhead &= !isAll;
    }

    /// <summary>The gradients, which kernels add to.</summary>
    public ulong Gradients
    {
        get
        {
            PrepareGradients();
            _hasGradients = true;
            return _gradients!.Address;
        }
    }

    public void PrepareGradients()
    {
        if (_gradients is not null)
            return;

        _gradients = new CudaMemory(_context.Device, Math.Max(1, _length));
        _context.Stream.Clear(_gradients.Address, Math.Max(1, _length));
    }

    /// <summary>Adds the gradients to the parameters' and begins with none again; waits for the device.</summary>
    public void AddGradients()
    {
        if (!_hasGradients || _length == 0)
            return;

        _context.Stream.Synchronize();
        _context.Stream.Download(_host.Start, _gradients!.Address, _length);
        _context.Stream.Clear(_gradients.Address, _length);
        _context.Stream.Synchronize();
        _hasGradients = false;
        int at = 0;
        lock (_parameters.AddingGradients)
        {
            for (int p = 0; p < _parameters.Count; p++)
            {
                if (_parameters[p].IsTrainable)
                {
                    Span<float> gradient = _parameters[p].Gradient;
                    System.Numerics.Tensors.TensorPrimitives.Add(gradient, _host.Span.Slice(at, gradient.Length), gradient);
                }

                at += _parameters[p].Length;
            }
        }
    }

    private int At(string name)
    {
        int at = 0;
        foreach (Parameter parameter in _parameters)
        {
            if (parameter.Name == name)
                return at;

            at += parameter.Length;
        }

        return -1;
    }

    public void Dispose()
    {
        _values.Dispose();
        _host.Dispose();
        _gradients?.Dispose();
    }
}
