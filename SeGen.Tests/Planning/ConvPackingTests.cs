using SeGen.CompilerServices;
using SeGen.Tests.Support;

namespace SeGen.Tests.Planning;

/// <summary>Packed weights, with a batch norm folded in, read back where the kernels read them.</summary>
public class ConvPackingTests
{
    private const double Epsilon = 1e-3;

    [Theory]
    [InlineData(3, 20, 3, 1, ConvLayout.Planes, 3)]
    [InlineData(20, 24, 3, 1, ConvLayout.Blocks, 2)]
    [InlineData(64, 64, 1, 2, ConvLayout.Blocks, 2)]
    [InlineData(24, 24, 3, 24, ConvLayout.InGroup, 1)]
    [InlineData(32, 32, 3, 8, ConvLayout.InGroup, 4)]
    public void Every_weight_is_where_its_kernel_reads_it(int inChannels, int channels, int kernel, int groups, ConvLayout layout, int inputs)
    {
        ParameterSet parameters = Parameters(inChannels / groups, channels, kernel);
        float[] weights = parameters["conv.weight"].Values.ToArray(), biases = parameters["conv.bias"].Values.ToArray();
        int blocks = (channels + 15) / 16, taps = kernel * kernel, inputsOfBlock = layout == ConvLayout.Blocks ? inputs * 16 : inputs;
        float[] packed = new float[blocks * 16 * (1 + inputsOfBlock * taps)];
        packed.AsSpan().Fill(float.NaN);
        ConvPacking.Pack(parameters, packed, "conv", new NormSource("bn", Epsilon), new ConvShape(channels, inChannels, kernel, groups, layout, inputs));

        for (int o = 0; o < blocks * 16; o++)
        {
            (double scale, double shift) = o < channels ? Fold(parameters, o) : (0, 0);
            Assert.Equal(o < channels ? biases[o] * scale + shift : 0, packed[o], 1e-5);
            int groupInputs = inChannels / groups, first = o < channels ? o / (channels / groups) * groupInputs : 0;
            for (int i = 0; i < inputsOfBlock; i++)
            {
                for (int tap = 0; tap < taps; tap++)
                {
                    // Blocks that belong to one group are counted from it, and so are the inputs within a group.
                    int input = layout == ConvLayout.InGroup || inputsOfBlock < inChannels ? first + i : i;
                    bool isRead = o < channels && input >= first && input < first + groupInputs;
                    double expected = isRead ? weights[(o * groupInputs + input - first) * taps + tap] * scale : 0;
                    int at = layout switch
                    {
                        ConvLayout.Blocks => (i / 16 * taps + tap) * 16 + i % 16,
                        ConvLayout.Planes => i * taps + tap,
                        _ => tap * inputs + i,
                    };
                    float value = packed[blocks * 16 + o / 16 * inputsOfBlock * taps * 16 + at * 16 + o % 16];
                    Assert.True(Math.Abs(expected - value) <= 1e-5, $"output {o}, input {i}, tap {tap}: {value}, not {expected}");
                }
            }
        }
    }

    private static (double Scale, double Shift) Fold(ParameterSet parameters, int channel)
    {
        double scale = parameters["bn.weight"].Values[channel] / Math.Sqrt(parameters["bn.running_var"].Values[channel] + Epsilon);
        return (scale, parameters["bn.bias"].Values[channel] - parameters["bn.running_mean"].Values[channel] * scale);
    }

    private static ParameterSet Parameters(int inputs, int channels, int kernel)
    {
        var parameters = new ParameterSet(
        [
            Spec("conv.weight", channels, inputs, kernel, kernel), Spec("conv.bias", channels),
            Spec("bn.weight", channels), Spec("bn.bias", channels), Spec("bn.running_mean", channels), Spec("bn.running_var", channels),
        ]);
        int seed = 1;
        foreach (Parameter parameter in parameters)
        {
            float[] values = RandomTensor.Normal(parameter.Values.Length, seed++);
            for (int i = 0; i < values.Length; i++)
                parameter.Write()[i] = parameter.Name == "bn.running_var" ? MathF.Abs(values[i]) : values[i];
        }

        return parameters;
    }

    private static ParameterSpec Spec(string name, params int[] shape) => new(name, shape, BlockKind.None, Initializer.Constant(0));
}
