namespace SeGen.Generator.Model;

/// <summary>The hidden width of a gate from its channels C and reduction r.</summary>
internal static class HiddenWidth
{
    /// <summary>The width by a rule; 0 only for Floor and FloorAllowZero with C below r, and RoundHalfEven with C at most r / 2.</summary>
    public static int Of(HiddenRule rule, int channels, int reduction, int divisor, double roundLimit) => rule switch
    {
        HiddenRule.AtLeastOne => Math.Max(1, channels / reduction),
        HiddenRule.HalfIfSmall => channels > reduction ? channels / reduction : channels > 1 ? channels / 2 : 1,
        HiddenRule.RoundHalfEven => (int)Math.Round((double)channels / reduction, MidpointRounding.ToEven),
        HiddenRule.MakeDivisible => MakeDivisible((double)channels / reduction, divisor, roundLimit),
        _ => channels / reduction,
    };

    /// <summary>
    /// make_divisible of MobileNet's authors and timm: n = max(d, floor((v + d / 2) / d) d), and a d more where n is below limit v.
    /// </summary>
    private static int MakeDivisible(double value, int divisor, double limit)
    {
        // The division by 2 is the integer one of the original: it shows for odd divisors.
        long n = Math.Max(divisor, (long)(value + divisor / 2) / divisor * divisor);

        // A width past int is refused by its size; here it only must not overflow.
        return (int)Math.Min(int.MaxValue, n < limit * value ? n + divisor : n);
    }
}
