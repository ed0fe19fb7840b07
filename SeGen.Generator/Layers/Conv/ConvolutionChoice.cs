using SeGen.Generator.Layers.Conv.Winograd;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;

namespace SeGen.Generator.Layers.Conv;

/// <summary>
/// Chooses how a convolution is computed, by what it would cost. Costs are counted in multiply-adds at the speed at which the registers'
/// tiles do them, with the 512-bit kernels; the choice is the same at every width, since it decides how weights are packed.
/// </summary>
internal static class ConvolutionChoice
{
    /// <summary>
    /// Multiply-adds in the time of transforming a block of 16 channels of a tile to and fro: measured, docs/performance.md.
    /// </summary>
    private const long Input4 = 5000, Output4 = 5000, Input2 = 1800, Output2 = 1800;

    /// <summary>
    /// Multiply-adds in the time of reading a float of weights that no cache of the core holds: all of a large network are read once.
    /// </summary>
    private const long ColdFloat = Cost.MultiplyAddsOfFloat;

    /// <summary>Of the direct form: what its tiles of a row reach of the peak, in hundredths.</summary>
    private const long DirectShare = 85;

    /// <summary>
    /// What the cost of a form that rounds more may at most be of one that rounds less, in hundredths: errors must buy something.
    /// </summary>
    private const long MostOfCost = 80;

    public static ConvolutionKernel Of(
        ConvOp conv, Place from, Place to, Taps taps, Activation activation, Place? residual, bool hasSums, Convolutions which,
        bool hasFactors = false)
    {
        (ConvForm form, int groupInputs) = ConvForms.Of(conv, from);
        var direct = new ConvKernel(from, to, taps, form, groupInputs, activation, residual, hasSums) { HasFactors = hasFactors };
        if (!CanTransform(direct) || which == Convolutions.Direct)
            return direct;

        var two = new WinogradKernel(from, to, taps, WinogradForm.F2, activation, residual, hasSums);
        var four = two with { Form = WinogradForm.F4 };
        return which switch
        {
            Convolutions.Winograd2 => two,
            Convolutions.Winograd4 => four,
            Convolutions.Strict => Cheaper(direct, two),
            _ => Cheaper(Cheaper(direct, two), four),
        };
    }

    /// <summary>Whether Winograd's filtering can compute it: 3 x 3, dense, of a fixed size and with nothing between its pixels.</summary>
    private static bool CanTransform(ConvKernel conv)
        => conv is { Form: ConvForm.Dense, Taps: { Rows: 3, Columns: 3, Stride: 1, Dilation: 1 }, In: { IsPlanar: false, IsFixed: true }, Out: { IsPlanar: false, Lattice: null } }
            && conv.GroupInputs == conv.In.Blocks && conv.Out.Height > 1 && conv.Out.Width > 1;

    /// <summary>The second one, which rounds more, where it is clearly cheaper.</summary>
    private static ConvolutionKernel Cheaper(ConvolutionKernel a, ConvolutionKernel b) => CostOf(b) * 100 < CostOf(a) * MostOfCost ? b : a;

    private static long CostOf(ConvolutionKernel kernel)
    {
        long weights = kernel.WeightsLength * ColdFloat;
        switch (kernel)
        {
            case WinogradKernel winograd:
                bool is4 = winograd.Form == WinogradForm.F4;
                long products = winograd.TransformedWeights * winograd.AllTiles;
                long transforms = winograd.AllTiles * (winograd.In.Blocks * (is4
                    ? Input4
                    : Input2) + winograd.Out.Blocks * (is4 ? Output4 : Output2));
                return Math.Max(products, weights) + transforms;
            default:
                // Lanes beyond the channels are not multiplied.
                long multiplyAdds = (kernel.WeightsLength - kernel.Out.PaddedChannels) * kernel.Out.Height * kernel.Out.Width * kernel.In.Channels / kernel.In.PaddedChannels;
                return Math.Max(multiplyAdds * 100 / DirectShare, weights);
        }
    }
}
