namespace SeGen.Generator.Model;

/// <summary>What stands for a setting that is not written; the attribute's initialisers say the same (a test compares them).</summary>
internal static class GateDefaults
{
    public const int Reduction = 16;
    public const int Divisor = 8;
    public const double RoundLimit = 0.9;
    public const int MaxBatch = 1;
}
