using System.Globalization;

namespace SeGen.Tests.Generator;

/// <summary>A generated file does not depend on the language of the machine that compiles: commas as decimal points would not compile.</summary>
public class CultureTests
{
    private static readonly string[] Sources =
    [
        "[SEBlock(1280, HiddenRule = HiddenRule.MakeDivisible, RoundLimit = 0.95, Squeeze = Squeeze.MeanMaxAverage, Activation = Activation.HardSwish, MaxBatch = 8)] partial class First;",
        "[SEBlock(20, Hidden = 3, Height = 5, Width = 7, Activation = Activation.SiLU, Gate = Gate.HardSigmoid)] partial class Second;",
    ];

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public void The_same_text_is_generated_in_every_culture(string name)
        => Assert.Equal(Under(CultureInfo.InvariantCulture, Texts), Under(Culture(name), Texts));

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public void The_same_messages_are_reported_in_every_culture(string name)
    {
        static string[] Messages() =>
        [
            .. GeneratorHarness.Run("[SEBlock(65536, MaxBatch = -8, HiddenRule = HiddenRule.MakeDivisible, RoundLimit = 1.5)] class I;", "[SEBlock(65536, Height = 224, Width = 224)] partial class L;")
                .Reported.Select(d => d.GetMessage(CultureInfo.CurrentCulture)),
        ];

        Assert.Equal(Under(CultureInfo.InvariantCulture, Messages), Under(Culture(name), Messages));
    }

    private static string[] Texts() => [.. Sources.Select(source => GeneratorHarness.Run(source).Text)];

    /// <summary>The real culture where the machine has ICU; else, as the tests run in invariant mode, what of it can do harm.</summary>
    private static CultureInfo Culture(string name)
    {
        try
        {
            var culture = new CultureInfo(name);
            if (culture.NumberFormat.NumberDecimalSeparator == ",")
                return culture;
        }
        catch (CultureNotFoundException)
        {
        }

        var made = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        made.NumberFormat.NumberDecimalSeparator = ",";
        made.NumberFormat.NumberGroupSeparator = ".";
        made.NumberFormat.NegativeSign = "~";
        return made;
    }

    private static T Under<T>(CultureInfo culture, Func<T> run)
    {
        (CultureInfo before, CultureInfo beforeUI) = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, culture);
            return run();
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (before, beforeUI);
        }
    }
}
