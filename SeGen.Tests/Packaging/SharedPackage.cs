namespace SeGen.Tests.Packaging;

/// <summary>The tests of one package: to make it takes longer than most of them.</summary>
[CollectionDefinition(Name)]
public class SharedPackage : ICollectionFixture<PackageFixture>
{
    public const string Name = "the package";
}
