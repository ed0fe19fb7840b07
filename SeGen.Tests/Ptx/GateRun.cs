using SeGen.Generator.Ptx;
using Model = SeGen.Generator.Model;

namespace SeGen.Tests.Ptx;

/// <summary>A gate's kernels in the interpreter, and the same in double precision as it stands in a textbook.</summary>
internal sealed class GateRun
{
    private readonly GateLaunch _launch;
    private readonly PtxModule _module;
    private readonly int _images, _height, _width;
    private readonly PtxMemory _memory = new();
    private readonly float[] _x, _weights;
    private readonly ulong _from, _to, _weightsAt, _partials, _state, _tickets;

    public GateRun(GateLaunch launch, int images, int height, int width, Func<string, string>? change = null)
    {
        (_launch, _images, _height, _width) = (launch, images, height, width);
        string text = PtxModuleText.Of(launch);
        _module = PtxParser.Parse(change?.Invoke(text) ?? text);
        var random = new Random(5);
        _x = [.. Enumerable.Range(0, images * launch.Channels * Pixels).Select(_ => (float)(random.NextDouble() * 4 - 1.5))];
        _weights = [.. Enumerable.Range(0, launch.WeightsLength).Select(_ => (float)(random.NextDouble() * 2 - 1))];
        _from = _memory.Allocate(_x, "x");
        _to = _memory.Allocate(_x.Length * sizeof(float), "y");
        _weightsAt = _weights.Length > 0 ? _memory.Allocate(_weights, "weights") : _memory.Allocate(4, "weights");
        _partials = _memory.Allocate((long)images * launch.PartialsOfImage * sizeof(float), "partials");
        _state = _memory.Allocate((long)images * launch.StateOfImage * sizeof(float), "state");
        _tickets = _memory.Allocate(new float[images], "tickets");
    }

    private int Pixels => _height * _width;

    /// <summary>Instructions that threads have run.</summary>
    public long Instructions { get; private set; }

    /// <summary>Runs both launches and returns the output.</summary>
    public float[] Run(int? seed, bool isInPlace = false)
    {
        ulong to = isInPlace ? _from : _to;
        float share = (float)(1.0 / (_launch.Gate.Squeeze == Model.Squeeze.SumOverHPlusW ? _height + _width : Pixels));
        ulong[] open = _launch.IsOpen ? [(ulong)Pixels] : [], shares = _launch.IsOpen ? [BitConverter.SingleToUInt32Bits(share)] : [];
        uint blocks = (uint)(_images * _launch.BlocksOfImage);
        Instructions += PtxLaunch.Run(_module.Kernels["squeeze"], _memory, PtxDeviceModel.T4, (blocks, 1), _launch.Threads, 0, [_from, _weightsAt, _partials, _state, _tickets, .. open, .. shares], seed: seed);
        Instructions += PtxLaunch.Run(_module.Kernels["scale"], _memory, PtxDeviceModel.T4, (blocks, 1), _launch.Threads, 0, [_from, to, _state, .. open], seed: seed);
        return _memory.Floats(to, _x.Length);
    }

    /// <summary>The output in double precision.</summary>
    public double[] Expected()
    {
        Model.GateSpec gate = _launch.Gate;
        int c = gate.Channels;
        var y = new double[_x.Length];
        for (int n = 0; n < _images; n++)
        {
            double[] z = [.. Enumerable.Range(0, c).Select(i => Squeezed(_x.AsSpan((n * c + i) * Pixels, Pixels)))];
            double[] hidden = [.. Enumerable.Range(0, gate.Hidden).Select(r => Activated(Enumerable.Range(0, c).Sum(i => _weights[GateLaunch.ReduceWeightsAt + r * c + i] * z[i]) + (gate.HasReduceBias ? _weights[_launch.ReduceBiasAt + r] : 0)))];
            for (int i = 0; i < c; i++)
            {
                double t = Enumerable.Range(0, gate.Hidden).Sum(r => _weights[_launch.ExpandWeightsAt + i * gate.Hidden + r] * hidden[r]) + (gate.HasExpandBias ? _weights[_launch.ExpandBiasAt + i] : 0);
                double s = gate.Gate == Model.Gate.Sigmoid ? Sigmoid(t) : HardSigmoid(t);
                for (int p = 0; p < Pixels; p++)
                    y[(n * c + i) * Pixels + p] = s * _x[(n * c + i) * Pixels + p];
            }
        }

        return y;
    }

    private double Squeezed(ReadOnlySpan<float> pixels)
    {
        double sum = 0, maximum = double.NegativeInfinity;
        foreach (float pixel in pixels)
            (sum, maximum) = (sum + pixel, Math.Max(maximum, pixel));

        return _launch.Gate.Squeeze switch
        {
            Model.Squeeze.Mean => sum / Pixels,
            Model.Squeeze.SumOverHPlusW => sum / (_height + _width),
            Model.Squeeze.Max => maximum,
            _ => (sum / Pixels + maximum) / 2,
        };
    }

    private double Activated(double v) => _launch.Gate.Activation switch
    {
        Model.Activation.ReLU => Math.Max(0, v),
        Model.Activation.ReLU6 => Math.Clamp(v, 0, 6),
        Model.Activation.SiLU => v * Sigmoid(v),
        Model.Activation.HardSwish => v * HardSigmoid(v),
        _ => v,
    };

    private static double Sigmoid(double v) => 1 / (1 + Math.Exp(-v));

    private static double HardSigmoid(double v) => Math.Clamp(v / 6 + 0.5, 0, 1);
}
