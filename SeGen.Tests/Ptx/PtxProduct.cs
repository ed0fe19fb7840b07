namespace SeGen.Tests.Ptx;

/// <summary>
/// A product of a 16 x 8 and an 8 x 8 matrix by a warp, whose lanes have parts of them: lane 4 g + t has of the left one rows g and g + 8 at depths t and
/// t + 4, of the right one column g at these depths, of the sums rows g and g + 8 in columns 2 t and 2 t + 1 (PTX ISA, figures of mma.m16n8k8).
/// </summary>
/// <param name="To">The sums.</param>
/// <param name="Left">The left factors, which must be rounded to TF32.</param>
/// <param name="Right">The right ones.</param>
/// <param name="From">The sums before.</param>
internal sealed record PtxProduct(PtxRegister[] To, PtxRegister[] Left, PtxRegister[] Right, PtxRegister[] From)
{
    private const int Lanes = 32, Depth = 8;

    /// <summary>Multiplies; the lanes of the warp begin with a thread.</summary>
    public void Run(PtxBlock block, int first)
    {
        var left = new double[16, Depth];
        var right = new double[Depth, 8];
        for (int lane = 0; lane < Lanes; lane++)
        {
            int group = lane / 4, of = lane % 4;
            for (int i = 0; i < 4; i++)
                left[group + i % 2 * 8, of + i / 2 * 4] = Factor(block.Read(Left[i], first + lane));

            for (int i = 0; i < 2; i++)
                right[of + i * 4, group] = Factor(block.Read(Right[i], first + lane));
        }

        for (int lane = 0; lane < Lanes; lane++)
        {
            int group = lane / 4, of = lane % 4;
            for (int i = 0; i < 4; i++)
            {
                // In which order a device adds is not said; here it rounds once.
                double sum = BitConverter.UInt32BitsToSingle((uint)block.Read(From[i], first + lane));
                for (int k = 0; k < Depth; k++)
                    sum += left[group + i / 2 * 8, k] * right[k, 2 * of + i % 2];

                block.Write(To[i], first + lane, BitConverter.SingleToUInt32Bits((float)sum));
            }
        }
    }

    private static double Factor(ulong bits) => (bits & 0x1fff) == 0
        ? BitConverter.UInt32BitsToSingle((uint)bits)
        : throw new PtxFaultException($"a factor was not rounded to TF32: {bits:x8}");
}
