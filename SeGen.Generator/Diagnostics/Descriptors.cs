using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;

namespace SeGen.Generator.Diagnostics;

/// <summary>The texts of all diagnostics: what is wrong, and what to change.</summary>
internal static class Descriptors
{
    private const string Category = "SeGen";

    // Before the descriptors, which are made in the order in which they stand.
    private static readonly string DocsUrl =
        typeof(Descriptors).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "SeGenDocsUrl").Value;

    public static readonly DiagnosticDescriptor NotPartial = Error(
        id: DiagnosticIds.NotPartial,
        title: "A module's class must be partial",
        message: "Declare '{0}' as partial: SeGen writes the other part of it");

    public static readonly DiagnosticDescriptor ContainerNotPartial = Error(
        id: DiagnosticIds.ContainerNotPartial,
        title: "A type around a module must be partial",
        message: "Declare '{1}' as partial: it contains '{0}', of which SeGen writes the other part");

    public static readonly DiagnosticDescriptor UnsupportedType = Error(
        id: DiagnosticIds.UnsupportedType,
        title: "This kind of type cannot be a module",
        message: "'{0}' is {1}; a module must be an ordinary, non-generic class that can be instantiated and extends no other module");

    public static readonly DiagnosticDescriptor MemberExists = Error(
        id: DiagnosticIds.MemberExists,
        title: "The class has a member that SeGen writes",
        message: "'{0}' already has {1}, which SeGen would write; rename or remove it");

    public static readonly DiagnosticDescriptor NamedLikeMember = Error(
        id: DiagnosticIds.NamedLikeMember,
        title: "The class is named like a member that SeGen writes",
        message: "Rename '{0}': a class cannot have the name of its own member, and SeGen writes one of that name");

    public static readonly DiagnosticDescriptor CannotConstruct = Error(
        id: DiagnosticIds.CannotConstruct,
        title: "The generated constructors would not compile",
        message: "'{0}' {1}, so the constructors that SeGen writes would not compile; remove that");

    public static readonly DiagnosticDescriptor GateTwice = Error(
        id: DiagnosticIds.GateTwice,
        title: "A module has one gate attribute",
        message: "'{0}' has more than one [SEBlock]; keep one of them");

    public static readonly DiagnosticDescriptor ChannelsMissing = Error(
        id: DiagnosticIds.ChannelsMissing,
        title: "Channels must be written",
        message: "Write Channels: the number of channels of '{0}' cannot be inferred from anything");

    public static readonly DiagnosticDescriptor ChannelsDiffer = Error(
        id: DiagnosticIds.ChannelsDiffer,
        title: "Channels are written twice with different values",
        message: "Channels is {0} where it has no name and {1} where it has; write it once");

    public static readonly DiagnosticDescriptor OutOfRange = Error(
        id: DiagnosticIds.OutOfRange,
        title: "A value is out of range",
        message: "{0} is {1}; it must be {2}");

    public static readonly DiagnosticDescriptor UndefinedValue = Error(
        id: DiagnosticIds.UndefinedValue,
        title: "An enum value is undefined",
        message: "{0} is {1}, which is no value of that enum; use one of {2}");

    public static readonly DiagnosticDescriptor SizeIncomplete = Error(
        id: DiagnosticIds.SizeIncomplete,
        title: "Height and Width belong together",
        message: "{0} is written without {1}; write both to fix the size, or neither to take any size at run time");

    public static readonly DiagnosticDescriptor HiddenIsZero = Error(
        id: DiagnosticIds.HiddenIsZero,
        title: "The hidden width would be 0",
        message: "{0} channels reduced by {1} leave a hidden width of 0; lower Reduction, write Hidden, or choose a HiddenRule: "
            + "AtLeastOne, "
            + "HalfIfSmall, or FloorAllowZero for PyTorch's constant gate");

    public static readonly DiagnosticDescriptor TooLarge = Error(
        id: DiagnosticIds.TooLarge,
        title: "A tensor would be too large",
        message: "{0} would have {1} values; a tensor can have at most {2}");

    public static readonly DiagnosticDescriptor NoEffect = Warning(
        id: DiagnosticIds.NoEffect,
        title: "A setting has no effect",
        message: "{0} has no effect {1}; remove it");

    public static readonly DiagnosticDescriptor PerimeterSqueeze = Warning(
        id: DiagnosticIds.PerimeterSqueeze,
        title: "SumOverHPlusW saturates the gate",
        message: "Squeeze.SumOverHPlusW divides by H + W, which is not the mean (at 224 x 224 it is 112 times the mean, and the gate "
            + "saturates); "
            + "keep it only for weights that were trained with it");

    public static readonly DiagnosticDescriptor LayerWithoutNetwork = Error(
        id: DiagnosticIds.LayerWithoutNetwork,
        title: "A layer belongs to a network",
        message: "[{0}] is a layer of a network; write [SENetwork] above the layers of '{1}', or remove it");

    public static readonly DiagnosticDescriptor LayersScattered = Error(
        id: DiagnosticIds.LayersScattered,
        title: "Layers stand on one declaration",
        message: "The attributes of '{0}' stand on several partial declarations, whose order is not fixed; write them all on one");

    public static readonly DiagnosticDescriptor RootTwice = Error(
        id: DiagnosticIds.RootTwice,
        title: "A module is of one kind",
        message: "'{0}' has both [{1}] and [{2}]; keep one, or write [SENetwork] to make them layers");

    public static readonly DiagnosticDescriptor NoLayers = Error(
        id: DiagnosticIds.NoLayers,
        title: "A network has layers",
        message: "Write the layers of the network below [SENetwork]: there are none");

    public static readonly DiagnosticDescriptor ShapeMismatch = Error(
        id: DiagnosticIds.ShapeMismatch,
        title: "A layer does not fit the one before",
        message: "{0} needs {1}, but {2} gives {3}; change one of them");

    public static readonly DiagnosticDescriptor EmptyMap = Error(
        id: DiagnosticIds.EmptyMap,
        title: "Nothing is left of the pixels",
        message: "The window of {0} pixels of {3} is larger than its input of {1} x {2}, padding included; {4}");

    public static readonly DiagnosticDescriptor GroupsDoNotDivide = Error(
        id: DiagnosticIds.GroupsDoNotDivide,
        title: "Groups must divide the channels",
        message: "{0} groups do not divide {1} input and {2} output channels; write {3}");

    public static readonly DiagnosticDescriptor IdentityChangesShape = Error(
        id: DiagnosticIds.IdentityChangesShape,
        title: "The shortcut has another shape than the branch",
        message: "The shortcut gives {0} and the branch {1}; write Shortcut = Shortcut.Projection or None, or keep the shape");

    public static readonly DiagnosticDescriptor NotALayer = Error(
        id: DiagnosticIds.NotALayer,
        title: "Layer<T> names a module",
        message: "'{0}' cannot be a layer: {1}");

    public static readonly DiagnosticDescriptor SizeNeeded = Error(
        id: DiagnosticIds.SizeNeeded,
        title: "A dense layer over pixels needs a fixed size",
        message: "Write Height and Width on the module: a Linear layer that flattens pixels has a fixed number of weights (or pool "
            + "globally before it)");

    public static readonly DiagnosticDescriptor BudgetPassed = Error(
        id: DiagnosticIds.BudgetPassed,
        title: "A module passes its budget",
        message: "'{0}' has {1} {2}, more than its budget of {3}; make it smaller, or raise the budget");

    public static readonly DiagnosticDescriptor SizeOnLayer = Error(
        id: DiagnosticIds.SizeOnLayer,
        title: "The size is the module's",
        message: "{0} belongs to [SENetwork], which it describes as a whole; remove it from the layer");

    public static readonly DiagnosticDescriptor SettingsDiffer = Error(
        id: DiagnosticIds.SettingsDiffer,
        title: "A setting is written twice with different values",
        message: "{0} is {1} here and {2} in [{3}]; write it once");

    public static readonly DiagnosticDescriptor NameTwice = Error(
        id: DiagnosticIds.NameTwice,
        title: "Two layers have the same name",
        message: "{0} already has parameters named '{1}'; give the layer another Name");

    public static readonly DiagnosticDescriptor NotPossible = Error(
        id: DiagnosticIds.NotPossible,
        title: "A setting does not fit the block",
        message: "{0} is not possible here: {1}");

    public static readonly DiagnosticDescriptor MustBeWritten = Error(
        id: DiagnosticIds.MustBeWritten,
        title: "A setting must be written",
        message: "Write {0}: {1}");

    public static readonly DiagnosticDescriptor CudaNeedsSize = Error(
        id: DiagnosticIds.CudaNeedsSize,
        title: "On GPUs networks have one size",
        message: "'{0}' has no Height and Width, and Emit.Cuda lays a network's memory out for one size of input; write both, or remove "
            + "Emit");

    public static readonly DiagnosticDescriptor TooManyLayers = Error(
        id: DiagnosticIds.TooManyLayers,
        title: "A module has too many layers",
        message: "This layer and those before it come to more than {0} operations, with the modules that Layer<T> names written out; "
            + "build the module of fewer");

    public static readonly DiagnosticDescriptor HidesName = Error(
        id: DiagnosticIds.HidesName,
        title: "A type changes the meaning of generated code",
        message: "Rename or move the type '{1}': the code that SeGen writes for '{0}' would mean it by mistake");

    public static readonly ImmutableArray<DiagnosticDescriptor> All =
    [
        NotPartial, ContainerNotPartial, UnsupportedType, MemberExists, NamedLikeMember, CannotConstruct, GateTwice, ChannelsMissing,
        ChannelsDiffer, OutOfRange, UndefinedValue, SizeIncomplete, HiddenIsZero, TooLarge, NoEffect, PerimeterSqueeze,
        LayerWithoutNetwork, LayersScattered, RootTwice, NoLayers, ShapeMismatch, EmptyMap, GroupsDoNotDivide, IdentityChangesShape,
        NotALayer, SizeNeeded,
        BudgetPassed, SizeOnLayer, SettingsDiffer, NameTwice, NotPossible, MustBeWritten, CudaNeedsSize,
        TooManyLayers, HidesName,
    ];

    /// <summary>The descriptor with an id.</summary>
    public static DiagnosticDescriptor Of(string id) => All.First(d => d.Id == id);

    /// <summary>Whether a violation keeps the generator from writing anything.</summary>
    public static bool IsError(string id) => Of(id).DefaultSeverity == DiagnosticSeverity.Error;

    private static DiagnosticDescriptor Error(string id, string title, string message)
        => new(id, title, message, Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Page(id));

    private static DiagnosticDescriptor Warning(string id, string title, string message)
        => new(id, title, message, Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: Page(id));

    private static string Page(string id) => $"{DocsUrl}/diagnostics/{id}.md";
}
