namespace SeGen.Generator.Diagnostics;

/// <summary>The ids of all diagnostics. An id is never used again for something else.</summary>
internal static class DiagnosticIds
{
    public const string NotPartial = "SEGEN001";
    public const string ContainerNotPartial = "SEGEN002";
    public const string UnsupportedType = "SEGEN003";
    public const string MemberExists = "SEGEN004";
    public const string NamedLikeMember = "SEGEN005";
    public const string CannotConstruct = "SEGEN006";
    public const string GateTwice = "SEGEN007";
    public const string ChannelsMissing = "SEGEN008";
    public const string ChannelsDiffer = "SEGEN009";
    public const string OutOfRange = "SEGEN010";
    public const string UndefinedValue = "SEGEN011";
    public const string SizeIncomplete = "SEGEN012";
    public const string HiddenIsZero = "SEGEN013";
    public const string TooLarge = "SEGEN014";
    public const string NoEffect = "SEGEN015";
    public const string PerimeterSqueeze = "SEGEN016";
    public const string LayerWithoutNetwork = "SEGEN017";
    public const string LayersScattered = "SEGEN018";
    public const string RootTwice = "SEGEN019";
    public const string NoLayers = "SEGEN020";
    public const string ShapeMismatch = "SEGEN021";
    public const string EmptyMap = "SEGEN022";
    public const string GroupsDoNotDivide = "SEGEN023";
    public const string IdentityChangesShape = "SEGEN024";
    public const string NotALayer = "SEGEN025";
    public const string SizeNeeded = "SEGEN026";
    public const string BudgetPassed = "SEGEN027";
    public const string SizeOnLayer = "SEGEN028";
    public const string SettingsDiffer = "SEGEN029";
    public const string NameTwice = "SEGEN030";
    public const string NotPossible = "SEGEN031";
    public const string MustBeWritten = "SEGEN032";
    public const string CudaNeedsSize = "SEGEN033";
    public const string TooManyLayers = "SEGEN034";
    public const string HidesName = "SEGEN035";
}
