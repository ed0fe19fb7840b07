using SeGen.Generator.Model;

namespace SeGen.Generator.Reading;

/// <summary>One of SeGen's attributes as it stands on a class.</summary>
/// <param name="Kind">Its name without "Attribute": "SEBlock", "Conv".</param>
/// <param name="Arguments">What it was written with.</param>
/// <param name="Nested">Of a Layer: the module that is meant.</param>
internal sealed record DeclaredAttribute(string Kind, AttributeArguments Arguments, NestedModule? Nested)
{
    public const string Block =
        "SEBlock", Residual = "SEResidual", Inverted = "InvertedResidual", Network = "SENetwork", Layer = "Layer", Budget = "Budget";

    /// <summary>Attributes that make a class a module, the strongest first.</summary>
    public static readonly string[] Roots = [Network, Residual, Inverted, Block];

    /// <summary>All that are read.</summary>
    public static readonly HashSet<string> Kinds =
    [
        Block, Residual, Inverted, Network, Layer, Budget, "Conv", "BatchNorm", "ReLU", "ReLU6", "SiLU", "HardSwish", "MaxPool",
        "AveragePool",
        "GlobalAveragePool", "Linear", "Dropout",
    ];

    public bool IsRoot => Roots.Contains(Kind);

    /// <summary>Whether it can only stand in a network.</summary>
    public bool IsLayerOnly => !IsRoot && Kind != Budget;
}

/// <summary>The module that a Layer names.</summary>
/// <param name="Name">The class.</param>
/// <param name="Fault">Why it cannot be a layer and what to change, or null.</param>
/// <param name="Attributes">Its attributes, in source order.</param>
internal sealed record NestedModule(string Name, string? Fault, EquatableArray<DeclaredAttribute> Attributes)
{
    /// <summary>Whether a module inside cannot be a layer.</summary>
    public bool IsFaulty { get; init; }
}
