namespace SeGen.Generator.Programs;

/// <summary>What work is compared by.</summary>
internal static class Cost
{
    /// <summary>Multiply-adds in the time of reading a float.</summary>
    public const int MultiplyAddsOfFloat = 16;
}
