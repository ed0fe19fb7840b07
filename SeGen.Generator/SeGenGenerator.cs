using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using SeGen.Generator.Declarations;
using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Gates;
using SeGen.Generator.Layers.Gates.Alone;
using SeGen.Generator.Model;
using SeGen.Generator.Programs;
using SeGen.Generator.Reading;
using SeGen.Generator.Writing;

namespace SeGen.Generator;

/// <summary>Attributes to Spec, Spec to Plan, Plan to source. Diagnostics are the analyzer's, which asks the same rules.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class SeGenGenerator : IIncrementalGenerator
{
    private static readonly Encoding Utf8WithoutMark = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Names of the steps, for tests of what runs again after an edit.</summary>
    internal static class Steps
    {
        public const string Specs = nameof(Specs);
        public const string Stubs = nameof(Stubs);
        public const string Namespace = nameof(Namespace);
        public const string Kernels = nameof(Kernels);
    }

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<SEBlockSpec> blocks = Readings(context, DeclaredAttribute.Block)
            .Where(static reading => reading.Block is not null)
            .Select(static (reading, _) => reading.Block!)
            .WithTrackingName(Steps.Specs);
        context.RegisterSourceOutput(blocks, AddBlock);
        foreach (string root in DeclaredAttribute.Roots)
        {
            // A root attribute that stands on two parts of a class is an error, and the class is read at each of them.
            IncrementalValuesProvider<StubSpec> stubs = Readings(context, root)
                .Select(static (reading, _) => reading.Stub)
                .Collect()
                .SelectMany(static (all, _) => all.OfType<StubSpec>().GroupBy(s => s.Type.HintName).Select(g => g.First()))
                .WithTrackingName(Steps.Stubs);
            context.RegisterSourceOutput(stubs, AddStub);
        }

        // Kernels are shared by all modules of a compilation: each is a source of its own, written once.
        IncrementalValueProvider<string> space = context.CompilationProvider.Select(
            static (c, _) => KernelFile.Namespace(c.AssemblyName)).WithTrackingName(Steps.Namespace);
        IncrementalValueProvider<EquatableArray<KernelSpec>> kernels = context.CompilationProvider.Select(
            static (_, _) => default(EquatableArray<KernelSpec>));
        IncrementalValueProvider<Convolutions?> forced = context.AnalyzerConfigOptionsProvider.Select(
            static (options, _) => ForcedConvolutions(options.GlobalOptions));
        foreach (string root in new[] { DeclaredAttribute.Residual, DeclaredAttribute.Inverted, DeclaredAttribute.Network })
        {
            IncrementalValuesProvider<NetworkSpec> networks = Readings(context, root)
                .Where(static reading => reading.Network is not null)
                .Select(static (reading, _) => reading.Network!)
                .WithTrackingName(Steps.Specs);
            IncrementalValuesProvider<NetworkPlan> plans = networks
                .Combine(forced)
                .Select(static (both, cancellation) => NetworkPlanner.Plan(
                    both.Right is { } convolutions ? both.Left with { Convolutions = convolutions } : both.Left, cancellation));
            context.RegisterSourceOutput(plans.Combine(space), AddNetwork);
            IncrementalValueProvider<EquatableArray<KernelSpec>> more = plans
                .Select(static (plan, _) => plan.Kernels.ToEquatableArray())
                .Collect()
                .Select(static (all, _) => KernelFile.Distinct(all.SelectMany(k => k)));
            kernels = kernels.Combine(more).Select(static (both, _) => KernelFile.Distinct(both.Left.Concat(both.Right)));
        }

        // By buckets: what comes new or goes moves only its neighbours in one of them, and the others are not written again.
        IncrementalValuesProvider<EquatableArray<KernelSpec>> buckets = kernels.SelectMany(static (all, _) => KernelFile.Buckets(all));
        context.RegisterSourceOutput(
            buckets.SelectMany(static (bucket, _) => bucket).WithTrackingName(Steps.Kernels).Combine(space), AddKernel);
    }

    private static IncrementalValuesProvider<ReadModule> Readings(IncrementalGeneratorInitializationContext context, string root)
        => context.SyntaxProvider
            .ForAttributeWithMetadataName($"SeGen.{root}Attribute", IsClass, (c, cancellation) => Read(c, root, cancellation))
            .Where(static r => r is not null)
            .Select(static (r, _) => r!);

    /// <summary>
    /// One way for all convolutions that it can compute, instead of what the planner finds best: for tests and measurements.
    /// </summary>
    private static Convolutions? ForcedConvolutions(AnalyzerConfigOptions options)
        => options.TryGetValue("build_property.SeGenConvolutions", out string? value) && Enum.TryParse(value, out Convolutions convolutions)
            ? convolutions
            : null;

    private static bool IsClass(SyntaxNode node, CancellationToken cancellation) => node is TypeDeclarationSyntax;

    /// <summary>A class that has a stronger root attribute is read where that is found, so that it is written once.</summary>
    private static ReadModule? Read(GeneratorAttributeSyntaxContext context, string root, CancellationToken cancellation)
    {
        Declaration declaration = DeclarationParser.Parse((INamedTypeSymbol)context.TargetSymbol, cancellation);
        return declaration.RootKind == root ? DeclarationRules.Read(declaration, cancellation: cancellation) : null;
    }

    private static void AddBlock(SourceProductionContext context, SEBlockSpec spec)
    {
        SEBlockPlan plan = SEBlockPlanner.Plan(spec);
        context.AddSource(spec.Type.HintName, SourceText.From(SEBlockEmitter.Emit(plan, context.CancellationToken), Utf8WithoutMark));
        if (spec.Emit == Model.Emit.Cuda)
            context.AddSource(
                CudaFile.HintName(spec.Type), SourceText.From(GateCudaEmitter.Emit(plan, context.CancellationToken), Utf8WithoutMark));
    }

    private static void AddStub(SourceProductionContext context, StubSpec spec)
        => context.AddSource(spec.Type.HintName, SourceText.From(StubEmitter.Emit(spec), Utf8WithoutMark));

    private static void AddNetwork(SourceProductionContext context, (NetworkPlan Plan, string Namespace) network)
    {
        NetworkSpec spec = network.Plan.Spec;
        context.AddSource(
            spec.Type.HintName,
            SourceText.From(NetworkEmitter.Emit(network.Plan, network.Namespace, context.CancellationToken), Utf8WithoutMark));
        if (spec.Emit == Model.Emit.Cuda)
            context.AddSource(
                CudaFile.HintName(spec.Type), SourceText.From(NetworkCudaEmitter.Emit(spec, context.CancellationToken), Utf8WithoutMark));
    }

    private static void AddKernel(SourceProductionContext context, (KernelSpec Kernel, string Namespace) kernel)
        => context.AddSource(
            KernelFile.HintName(kernel.Kernel),
            SourceText.From(KernelFile.Write(kernel.Kernel, kernel.Namespace, context.CancellationToken), Utf8WithoutMark));
}
