using SeGen.Generator.Model;
using Model = SeGen.Generator.Model;

namespace SeGen.Tests.Ptx;

/// <summary>A gate and its gradients in double precision, as formulas have them: y = s x, z from the pixels of x, s = gate(W2 act(W1 z + b1) + b2).</summary>
internal sealed class GateTextbook
{
    private readonly SeGen.Generator.Model.GateSpec _gate;
    private readonly int _images, _height, _width;
    private readonly double[] _z, _largest, _preactivation, _hidden, _gateInput, _s;
    private readonly float[] _x, _w1, _b1, _w2, _b2;

    public GateTextbook(SeGen.Generator.Model.GateSpec gate, int images, int height, int width, float[] x, float[] weights)
    {
        (_gate, _images, _height, _width, _x) = (gate, images, height, width, x);
        int c = gate.Channels, h = gate.Hidden, at = 0;
        (_w1, _b1, _w2, _b2) = (Take(h * c), Take(gate.HasReduceBias ? h : 0), Take(c * h), Take(gate.HasExpandBias ? c : 0));
        (_z, _largest, _gateInput, _s) = (new double[images * c], new double[images * c], new double[images * c], new double[images * c]);
        (_preactivation, _hidden) = (new double[images * h], new double[images * h]);
        for (int n = 0; n < images; n++)
        {
            for (int i = 0; i < c; i++)
                (_z[n * c + i], _largest[n * c + i]) = Squeezed(x.AsSpan((n * c + i) * Pixels, Pixels));

            for (int r = 0; r < h; r++)
            {
                _preactivation[n * h + r] = Enumerable.Range(0, c).Sum(i => _w1[r * c + i] * _z[n * c + i]) + (_b1.Length > 0 ? _b1[r] : 0);
                _hidden[n * h + r] = Activated(_preactivation[n * h + r]);
            }

            for (int i = 0; i < c; i++)
            {
                _gateInput[n * c + i] = Enumerable.Range(0, h).Sum(r => _w2[i * h + r] * _hidden[n * h + r]) + (_b2.Length > 0 ? _b2[i] : 0);
                _s[n * c + i] = gate.Gate == SeGen.Generator.Model.Gate.Sigmoid ? Sigmoid(_gateInput[n * c + i]) : HardSigmoid(_gateInput[n * c + i]);
            }
        }

        float[] Take(int count) => weights[at..(at += count)];
    }

    private int Pixels => _height * _width;

    private double Share => 1.0 / (_gate.Squeeze == SeGen.Generator.Model.Squeeze.SumOverHPlusW ? _height + _width : Pixels);

    public double[] Output() => [.. _x.Select((v, i) => v * _s[i / Pixels])];

    /// <summary>dx, and the parameters' gradients in the order of a state_dict.</summary>
    public (double[] Input, double[] Parameters) Gradients(float[] dy)
    {
        int c = _gate.Channels, h = _gate.Hidden;
        double[] dx = new double[_x.Length], dw1 = new double[h * c], db1 = new double[_b1.Length], dw2 = new double[c * h], db2 = new double[_b2.Length];
        for (int n = 0; n < _images; n++)
        {
            double[] dt = new double[c], da = new double[h];
            for (int i = 0; i < c; i++)
            {
                int at = n * c + i;
                double t = _gateInput[at], ds = Enumerable.Range(at * Pixels, Pixels).Sum(p => (double)dy[p] * _x[p]);
                dt[i] = ds * (_gate.Gate == SeGen.Generator.Model.Gate.Sigmoid ? _s[at] * (1 - _s[at]) : Math.Abs(t) < 3 ? 1.0 / 6 : 0);
                if (db2.Length > 0)
                    db2[i] += dt[i];
            }

            for (int r = 0; r < h; r++)
            {
                da[r] = Enumerable.Range(0, c).Sum(i => _w2[i * h + r] * dt[i]) * Slope(_preactivation[n * h + r]);
                if (db1.Length > 0)
                    db1[r] += da[r];

                for (int i = 0; i < c; i++)
                {
                    dw2[i * h + r] += dt[i] * _hidden[n * h + r];
                    dw1[r * c + i] += da[r] * _z[n * c + i];
                }
            }

            for (int i = 0; i < c; i++)
            {
                int at = n * c + i;
                double dz = Enumerable.Range(0, h).Sum(r => _w1[r * c + i] * da[r]) * (_gate.Squeeze == SeGen.Generator.Model.Squeeze.MeanMaxAverage ? 0.5 : 1);
                int ties = Enumerable.Range(at * Pixels, Pixels).Count(p => _x[p] == _largest[at]);
                for (int p = at * Pixels; p < (at + 1) * Pixels; p++)
                {
                    dx[p] = dy[p] * _s[at] + (_gate.Squeeze == SeGen.Generator.Model.Squeeze.Max ? 0 : dz * Share)
                        + (_gate.Squeeze is SeGen.Generator.Model.Squeeze.Max or SeGen.Generator.Model.Squeeze.MeanMaxAverage && _x[p] == _largest[at] ? dz / ties : 0);
                }
            }
        }

        return (dx, [.. dw1, .. db1, .. dw2, .. db2]);
    }

    private (double Squeezed, double Largest) Squeezed(ReadOnlySpan<float> pixels)
    {
        double sum = 0, maximum = double.NegativeInfinity;
        foreach (float pixel in pixels)
            (sum, maximum) = (sum + pixel, Math.Max(maximum, pixel));

        return (_gate.Squeeze switch
        {
            SeGen.Generator.Model.Squeeze.Max => maximum,
            SeGen.Generator.Model.Squeeze.MeanMaxAverage => (sum * Share + maximum) / 2,
            _ => sum * Share,
        }, maximum);
    }

    private double Activated(double v) => _gate.Activation switch
    {
        SeGen.Generator.Model.Activation.ReLU => Math.Max(0, v),
        SeGen.Generator.Model.Activation.ReLU6 => Math.Clamp(v, 0, 6),
        SeGen.Generator.Model.Activation.SiLU => v * Sigmoid(v),
        SeGen.Generator.Model.Activation.HardSwish => v * HardSigmoid(v),
        _ => v,
    };

    private double Slope(double v) => _gate.Activation switch
    {
        SeGen.Generator.Model.Activation.ReLU => v > 0 ? 1 : 0,
        SeGen.Generator.Model.Activation.ReLU6 => v is > 0 and < 6 ? 1 : 0,
        SeGen.Generator.Model.Activation.SiLU => Sigmoid(v) * (1 + v * (1 - Sigmoid(v))),
        SeGen.Generator.Model.Activation.HardSwish => v <= -3 ? 0 : v < 3 ? v / 3 + 0.5 : 1,
        _ => 1,
    };

    private static double Sigmoid(double v) => 1 / (1 + Math.Exp(-v));

    private static double HardSigmoid(double v) => Math.Clamp(v / 6 + 0.5, 0, 1);
}
