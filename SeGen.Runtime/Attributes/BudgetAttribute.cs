namespace SeGen;

/// <summary>Bounds that a module must keep: passing one is an error of the build that names both numbers.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class BudgetAttribute : Attribute
{
    /// <summary>The most values that the parameters may have.</summary>
    public long Parameters { get; set; }

    /// <summary>The most multiply-adds of convolutions and dense layers for one image.</summary>
    public long MultiplyAdds { get; set; }

    /// <summary>The most bytes of scratch for one Forward on one thread.</summary>
    public long WorkspaceBytes { get; set; }
}
