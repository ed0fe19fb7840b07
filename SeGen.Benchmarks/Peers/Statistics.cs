namespace SeGen.Benchmarks.Peers;

/// <summary>Quantiles of a sample, by linear interpolation.</summary>
internal static class Statistics
{
    public static double Median(IEnumerable<double> values) => Quantile(values, 0.5);

    public static double Quantile(IEnumerable<double> values, double fraction)
    {
        double[] sorted = [.. values.Order()];
        double at = fraction * (sorted.Length - 1);
        int below = (int)at;
        double above = sorted[Math.Min(below + 1, sorted.Length - 1)];
        return sorted[below] + (at - below) * (above - sorted[below]);
    }
}
