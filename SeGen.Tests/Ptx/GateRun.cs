using SeGen.Generator.Layers.Gates.Ptx;
using SeGen.Generator.Model;
using Model = SeGen.Generator.Model;

namespace SeGen.Tests.Ptx;

/// <summary>A gate's kernels in the interpreter, in any of their forms.</summary>
internal sealed class GateRun
{
    private readonly GateLaunch _launch;
    private readonly PtxModule _forward, _backward;
    private readonly int _images, _height, _width;
    private readonly PtxMemory _memory = new();
    private readonly float[] _x, _dy, _weights;
    private readonly ulong _from, _to, _change, _inputChange, _weightsAt, _partials, _state, _changes, _gradients;

    /// <summary>Emits, parses and allocates.</summary>
    /// <param name="launch">The gate and its shape.</param>
    /// <param name="images">Images.</param>
    /// <param name="height">Rows of pixels, also where they come with the launch.</param>
    /// <param name="width">Columns likewise.</param>
    /// <param name="change">What is done to the text first.</param>
    /// <param name="distinct">How many values pixels have, so that maxima are shared; 0 for any.</param>
    public GateRun(GateLaunch launch, int images, int height, int width, Func<string, string>? change = null, int distinct = 0)
    {
        (_launch, _images, _height, _width) = (launch, images, height, width);
        string forward = GateModules.Forward(launch), backward = GateModules.Backward(launch);
        (_forward, _backward) = (PtxParser.Parse(change?.Invoke(forward) ?? forward), PtxParser.Parse(change?.Invoke(backward) ?? backward));
        var random = new Random(5);
        int length = images * launch.Channels * Pixels;
        _x = [.. Enumerable.Range(0, length).Select(_ => distinct > 0 ? random.Next(distinct) - 1f : (float)(random.NextDouble() * 4 - 1.5))];
        _dy = [.. Enumerable.Range(0, length).Select(_ => (float)(random.NextDouble() * 2 - 1))];
        _weights = [.. Enumerable.Range(0, launch.WeightsLength).Select(_ => (float)(random.NextDouble() * 2 - 1))];
        _from = _memory.Allocate(_x, "x");
        _to = _memory.Allocate(length * sizeof(float), "y");
        _change = _memory.Allocate(_dy, "dy");
        _inputChange = _memory.Allocate(length * sizeof(float), "dx");
        _weightsAt = _weights.Length > 0 ? _memory.Allocate(_weights, "weights") : _memory.Allocate(4, "weights");
        _partials = _memory.Allocate((long)images * launch.PartialsOfImage * sizeof(float), "partials");
        _state = _memory.Allocate((long)images * launch.StateOfImage * sizeof(float), "state");
        _changes = _memory.Allocate((long)images * launch.ChangesOfImage * sizeof(float), "changes");
        _gradients = _memory.Allocate(new float[Math.Max(1, launch.WeightsLength)], "gradients");
    }

    private int Pixels => _height * _width;

    /// <summary>The device, which says how much a launch may ask for.</summary>
    public PtxDeviceModel Device { get; init; } = PtxDeviceModel.H100;

    /// <summary>Instructions that threads have run.</summary>
    public long Instructions { get; private set; }

    public GateTextbook Textbook => new(_launch.Gate, _images, _height, _width, _x, _weights);

    public float[] OutputGradient => _dy;

    /// <summary>Changes a pixel.</summary>
    public void Input(int pixel, float value) => _memory.Write(_from + (ulong)pixel * sizeof(float), System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(new[] { value }));

    /// <summary>The output; in place, if so wanted, after which the input is what it was.</summary>
    public float[] Forward(GateForm form, int? seed, bool isInPlace = false)
    {
        ulong to = isInPlace ? _from : _to;
        Launch(_forward, form, seed, [_from, to, _weightsAt, _partials, _state], isBackward: false);
        float[] y = _memory.Floats(to, _x.Length);
        if (isInPlace)
            _memory.Write(_from, System.Runtime.InteropServices.MemoryMarshal.AsBytes(_x.AsSpan()));

        return y;
    }

    /// <summary>The gradient of the input, and those of the parameters; after <see cref="Forward"/>.</summary>
    public (float[] Input, float[] Parameters) Backward(GateForm form, int? seed)
    {
        Launch(_backward, form, seed, [_from, _change, _inputChange, _weightsAt, _partials, _state, _changes], isBackward: true);
        if (_launch.WeightsLength > 0)
        {
            _memory.Write(_gradients, new byte[4 * _launch.WeightsLength]);
            uint blocks = (uint)((_launch.WeightsLength + _launch.Threads - 1) / _launch.Threads);
            Run(_backward.Kernels[GateModules.Parameters], blocks, _launch.Threads, 0, [_state, _changes, _gradients, (ulong)_images], isCooperative: false, seed);
        }

        return (_memory.Floats(_inputChange, _x.Length), _memory.Floats(_gradients, _launch.WeightsLength));
    }

    private void Launch(PtxModule module, GateForm form, int? seed, ulong[] arrays, bool isBackward)
    {
        // Words that kernels leave as they found them; groups' lie apart.
        ulong tickets = _memory.Allocate(new float[Math.Max(_images, 32 * Math.Max(1, form.Groups))], "tickets");
        float share = (float)(1.0 / (_launch.Gate.Squeeze == SeGen.Generator.Model.Squeeze.SumOverHPlusW ? _height + _width : Pixels));
        ulong[] open = _launch.IsOpen ? [(ulong)Pixels, BitConverter.SingleToUInt32Bits(share)] : [];
        switch (form.Name)
        {
            case "portable":
                uint blocks = (uint)(_images * _launch.Chunks);
                Run(module.Kernels[GateModules.Sums], blocks, _launch.Threads, 0, [.. arrays, tickets, .. open], isCooperative: false, seed);
                Run(module.Kernels[GateModules.Scale], blocks, _launch.Threads, 0, [.. arrays, tickets, .. open], isCooperative: false, seed);
                return;
            case "group":
                Run(
                    module.Kernels[GateModules.Group], (uint)(form.Blocks * form.Groups), _launch.Threads, form.Kept * _launch.ChunkBytes,
                    [.. arrays, tickets, (ulong)_images, (ulong)form.Blocks, (ulong)form.Kept], isCooperative: form.Blocks > 1, seed);
                return;
            default:
                Run(module.Kernels[GateModules.Image], (uint)_images, GateLaunch.ImageThreads, GateModules.ImageBytes(_launch, isBackward), [.. arrays, tickets], isCooperative: false, seed);
                return;
        }
    }

    private void Run(PtxKernel kernel, uint blocks, int threads, int dynamicShared, ulong[] arguments, bool isCooperative, int? seed)
        => Instructions += PtxLaunch.Run(kernel, _memory, Device, new PtxGrid(blocks), threads, dynamicShared, arguments, isCooperative, seed);
}
