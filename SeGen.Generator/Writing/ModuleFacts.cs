using SeGen.Generator.Model;
using SeGen.Generator.Text;

namespace SeGen.Generator.Writing;

/// <summary>What the user's part of a module says, whatever kind of module it is.</summary>
internal sealed record ModuleFacts(TypeSpec Type, IReadOnlyList<string> Declaration, string Summary, IReadOnlyList<string> Table)
{
    public bool IsGate { get; init; }

    /// <summary>Whether there is training code.</summary>
    public bool Trains { get; init; } = true;

    /// <summary>Whether the user has written a ToString.</summary>
    public bool HasToString { get; init; }

    /// <summary>Whether it has gates inside that can be watched.</summary>
    public bool HasGates { get; init; }

    public int InputChannels { get; init; }

    /// <summary>Pixels, or 0 where they come at run time.</summary>
    public int InputHeight { get; init; }

    public int InputWidth { get; init; }

    public int OutputChannels { get; init; }

    public int OutputHeight { get; init; }

    public int OutputWidth { get; init; }

    public long ParameterCount { get; init; }

    /// <summary>For one image, or -1 where that depends on its size.</summary>
    public long MultiplyAdds { get; init; } = -1;

    public string MultiplyAddsNote { get; init; } = "Multiply-adds of convolutions and dense layers for one image.";

    /// <summary>Or -1 where that depends on the image's size.</summary>
    public long WorkspaceBytes { get; init; } = -1;

    public bool IsFixed => InputHeight > 0;

    /// <summary>The class that holds everything but the user's part; local to the file.</summary>
    public string ModuleClass => FileNames.Identifier(Type.Name) + "Module";
}
