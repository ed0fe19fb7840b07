namespace SeGen.Tests.Support;

/// <summary>
/// Tests that are worth running for hours: in the suite they are short, and <c>SEGEN_CAMPAIGN=full dotnet test -c Release --filter Category=Campaign</c>
/// runs them whole (docs/reliability.md has what came of it).
/// </summary>
internal static class Campaign
{
    public const string Variable = "SEGEN_CAMPAIGN";

    public static bool IsFull { get; } = Environment.GetEnvironmentVariable(Variable) == "full";

    /// <summary>How often, in the suite and in a campaign.</summary>
    public static int Of(int suite, int full) => IsFull ? full : suite;
}

/// <summary>A fact that takes too long for the suite; skipped there, and saying so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CampaignFactAttribute : FactAttribute
{
    public CampaignFactAttribute()
    {
        if (!Campaign.IsFull)
            Skip = $"Takes half an hour; {Campaign.Variable}=full runs it.";
    }
}
