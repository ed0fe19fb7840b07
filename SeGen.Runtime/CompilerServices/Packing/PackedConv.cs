namespace SeGen.CompilerServices;

/// <summary>
/// Where the weights of a convolution lie when they are packed: block by block of 16 outputs, in each the inputs in the order of a layout.
/// </summary>
/// <param name="Channels">Outputs.</param>
/// <param name="InChannels">Inputs.</param>
/// <param name="Taps">Taps of the kernel.</param>
/// <param name="Groups">Groups.</param>
/// <param name="Layout">The order of inputs.</param>
/// <param name="Inputs">Blocks, planes or inputs that the kernel reads for one output.</param>
internal readonly record struct PackedConv(int Channels, int InChannels, int Taps, int Groups, ConvLayout Layout, int Inputs)
{
    public const int Lanes = 16;

    public int Blocks => (Channels + Lanes - 1) / Lanes;

    /// <summary>Floats of the biases, for whole blocks.</summary>
    public int Biases => Blocks * Lanes;

    /// <summary>Floats of a block of outputs.</summary>
    public int BlockLength => Inputs * Taps * Lanes * (Layout == ConvLayout.Blocks ? Lanes : 1);

    /// <summary>Floats of all weights, without biases.</summary>
    public int Length => Blocks * BlockLength;

    public int GroupInputs => InChannels / Groups;

    public int GroupOutputs => Channels / Groups;

    /// <summary>Floats from one tap to the next.</summary>
    public int Tap => Layout switch { ConvLayout.Blocks => Lanes * Lanes, ConvLayout.Planes => Lanes, _ => Inputs * Lanes };

    /// <summary>The first tap of an output and one of its group's inputs.</summary>
    public int At(int output, int inGroup)
    {
        int firstInput = output / GroupOutputs * GroupInputs, input = firstInput + inGroup;

        // Where the kernel reads the blocks of one group, counting starts there.
        int firstBlock = Layout == ConvLayout.Blocks && Inputs * Lanes < InChannels ? firstInput / Lanes : 0;
        int at = Layout switch
        {
            ConvLayout.Blocks => (input / Lanes - firstBlock) * Taps * Lanes + input % Lanes,
            ConvLayout.Planes => input * Taps,
            _ => inGroup,
        };
        return output / Lanes * BlockLength + at * Lanes + output % Lanes;
    }
}
