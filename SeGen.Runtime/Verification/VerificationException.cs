using System.Globalization;

namespace SeGen;

/// <summary>A module computes something else than what was recorded.</summary>
public sealed class VerificationException : Exception
{
    internal VerificationException(VerifyReport report, VerifiedTensor first)
        : base(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.File}: \"{first.Name}\" is the first tensor that differs, by {first.Difference:0.###e+0} of its largest value "
            + $"where {report.Tolerance} is allowed. Look at what is computed up to there: epsilon, activation, gate, padding, or "
            + $"weights under other names.\n{report}"))
    {
        (Report, Tensor) = (report, first);
    }

    /// <summary>Everything that was compared.</summary>
    public VerifyReport Report { get; }

    /// <summary>The first tensor, in the order in which the module computes, that differs by more than the tolerance.</summary>
    public VerifiedTensor Tensor { get; }
}
