using System.Numerics.Tensors;

namespace SeGen.Sample;

/// <summary>The same block written by hand, twice: as a textbook has it, and out of TensorPrimitives.</summary>
internal sealed class PlainGate(ParameterSet parameters, int channels, int hidden)
{
    private readonly float[] _w1 = parameters["fc1.weight"].Values.ToArray(), _b1 = parameters["fc1.bias"].Values.ToArray();
    private readonly float[] _w2 = parameters["fc2.weight"].Values.ToArray(), _b2 = parameters["fc2.bias"].Values.ToArray();
    private readonly float[] _squeezed = new float[channels], _hidden = new float[hidden], _gates = new float[channels];

    /// <summary>Loops over single values.</summary>
    public void Loops(ReadOnlySpan<float> input, Span<float> output)
    {
        int pixels = input.Length / channels;
        for (int c = 0; c < channels; c++)
        {
            double sum = 0;
            for (int i = 0; i < pixels; i++)
                sum += input[c * pixels + i];

            _squeezed[c] = (float)(sum / pixels);
        }

        for (int r = 0; r < hidden; r++)
        {
            float sum = _b1[r];
            for (int c = 0; c < channels; c++)
                sum += _w1[r * channels + c] * _squeezed[c];

            _hidden[r] = MathF.Max(0, sum);
        }

        for (int c = 0; c < channels; c++)
        {
            float sum = _b2[c];
            for (int r = 0; r < hidden; r++)
                sum += _w2[c * hidden + r] * _hidden[r];

            float gate = 1 / (1 + MathF.Exp(-sum));
            for (int i = 0; i < pixels; i++)
                output[c * pixels + i] = gate * input[c * pixels + i];
        }
    }

    /// <summary>The vectorised primitives of System.Numerics.Tensors, one call for each step of each channel.</summary>
    public void Primitives(ReadOnlySpan<float> input, Span<float> output)
    {
        int pixels = input.Length / channels;
        for (int c = 0; c < channels; c++)
            _squeezed[c] = TensorPrimitives.Sum(input.Slice(c * pixels, pixels)) / pixels;

        for (int r = 0; r < hidden; r++)
            _hidden[r] = MathF.Max(0, TensorPrimitives.Dot(_w1.AsSpan(r * channels, channels), _squeezed) + _b1[r]);

        for (int c = 0; c < channels; c++)
            _gates[c] = TensorPrimitives.Dot(_w2.AsSpan(c * hidden, hidden), _hidden) + _b2[c];

        TensorPrimitives.Sigmoid(_gates, _gates);
        for (int c = 0; c < channels; c++)
            TensorPrimitives.Multiply(input.Slice(c * pixels, pixels), _gates[c], output.Slice(c * pixels, pixels));
    }
}
