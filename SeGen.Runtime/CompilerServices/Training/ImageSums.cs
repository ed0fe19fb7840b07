using System.Runtime.CompilerServices;

namespace SeGen.CompilerServices;

/// <summary>Sums over the images of a batch, in their order.</summary>
internal static class ImageSums
{
    /// <summary>Writes the sums of what each image has, channel by channel.</summary>
    public static void Add(Span<double> totals, ref readonly float sums, long stride, int images)
    {
        for (int c = 0; c < totals.Length; c++)
        {
            double total = 0;
            for (int n = 0; n < images; n++)
                total += Unsafe.Add(ref Unsafe.AsRef(in sums), (nint)(n * stride + c));

            totals[c] = total;
        }
    }

    /// <summary>Adds sums to a parameter's gradient.</summary>
    public static void AddTo(Parameter parameter, ReadOnlySpan<double> totals)
    {
        Span<float> gradient = parameter.Gradient;
        for (int c = 0; c < totals.Length; c++)
            gradient[c] += (float)totals[c];
    }
}
