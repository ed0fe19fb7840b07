namespace SeGen;

/// <summary>A learning rate for each step of a run; steps or epochs, whatever the caller counts.</summary>
public abstract record LearningRateSchedule
{
    private protected LearningRateSchedule()
    {
    }

    /// <summary>The rate of a step.</summary>
    /// <param name="stepIndex">From 0.</param>
    public abstract float At(long stepIndex);

    /// <summary>One rate throughout.</summary>
    /// <param name="rate">The rate.</param>
    public static LearningRateSchedule Constant(float rate) => new ConstantRate(NotNegative(rate, nameof(rate)));

    /// <summary>Half a cosine from a rate down to another: least + (rate - least) (1 + cos(pi step / steps)) / 2, then the least.</summary>
    /// <remarks>Loshchilov and Hutter: SGDR (2016), https://arxiv.org/abs/1608.03983; torch's CosineAnnealingLR.</remarks>
    /// <param name="rate">The first rate.</param>
    /// <param name="steps">Steps until the least one, at least 1.</param>
    /// <param name="least">The last rate.</param>
    public static LearningRateSchedule Cosine(float rate, long steps, float least = 0)
        => new CosineRate(NotNegative(rate, nameof(rate)), AtLeastOne(steps, nameof(steps)), NotNegative(least, nameof(least)));

    /// <summary>A rate that is multiplied by a factor after every so many steps; torch's StepLR.</summary>
    /// <param name="rate">The first rate.</param>
    /// <param name="every">Steps between two falls, at least 1.</param>
    /// <param name="factor">The factor.</param>
    public static LearningRateSchedule Step(float rate, long every, float factor = 0.1f)
        => new StepRate(NotNegative(rate, nameof(rate)), AtLeastOne(every, nameof(every)), NotNegative(factor, nameof(factor)));

    /// <summary>
    /// This schedule, after so many steps in which the rate rises in a line to its first value: step s has (s + 1) / steps of it, so that
    /// no step is wasted on 0 (Goyal et al.: Accurate, Large Minibatch SGD, 2017, section 2.2).
    /// </summary>
    /// <param name="steps">Steps of the rise, at least 1.</param>
    public LearningRateSchedule WithWarmUp(long steps) => new WarmUp(this, AtLeastOne(steps, nameof(steps)));

    private static long AtLeastOne(long steps, string name) => steps >= 1
        ? steps
        : throw new ArgumentOutOfRangeException(name, steps, $"{name} must be at least 1.");

    private static float NotNegative(float value, string name) => value >= 0 && float.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} must be finite and at least 0.");

    private sealed record ConstantRate(float Rate) : LearningRateSchedule
    {
        public override float At(long stepIndex) => Rate;
    }

    private sealed record CosineRate(float Rate, long Steps, float Least) : LearningRateSchedule
    {
        public override float At(long stepIndex)
            => (float)(Least + (Rate - (double)Least) * (1 + Math.Cos(Math.PI * Math.Min(stepIndex, Steps) / Steps)) / 2);
    }

    private sealed record StepRate(float Rate, long Every, float Factor) : LearningRateSchedule
    {
        public override float At(long stepIndex) => (float)(Rate * Math.Pow(Factor, stepIndex / Every));
    }

    private sealed record WarmUp(LearningRateSchedule After, long Steps) : LearningRateSchedule
    {
        public override float At(long stepIndex)
            => stepIndex < Steps ? (float)(After.At(0) * (stepIndex + 1.0) / Steps) : After.At(stepIndex - Steps);
    }
}
