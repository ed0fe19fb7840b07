using System.CommandLine;
using BenchmarkDotNet.Running;
using SeGen.Benchmarks;
using SeGen.Benchmarks.GeneratorTime;
using SeGen.Benchmarks.Loading;
using SeGen.Benchmarks.Micro;
using SeGen.Benchmarks.Peers;
using SeGen.Benchmarks.Startup;
using Spectre.Console;

var folder = new Option<string>("--folder") { Description = "Where the peers and the cases' files are kept.", DefaultValueFactory = _ => Path.GetFullPath("peers") };
var rounds = new Option<int>("--rounds") { Description = "Rounds with new processes.", DefaultValueFactory = _ => 5 };
var quick = new Option<bool>("--quick") { Description = "One short round of the cases that have a least, without those held to AVX2: to look at, not to publish." };
var json = new Option<string?>("--json") { Description = "Where the results go as JSON." };
var only = new Option<string?>("--only") { Description = "Only cases whose name contains this." };

var group = new Option<string?>("--group") { Description = "One table alone: gates, blocks, networks, training or avx2." };
group.AcceptOnlyFromAmong([.. Case.Groups.Keys]);
var document = new Option<string?>("--document") { Description = "The document whose tables are written, such as docs/performance.md." };

var peers = new Command("peers", "Measures SeGen against ONNX Runtime and PyTorch on the same input, taking turns.") { folder, rounds, quick, json, only, group, document };
peers.SetAction(Measure);

var data = new Option<string>("--data") { Description = "A folder of IDX files.", Required = true };
var digits = new Command("digits", "Measures the sample's whole training run on real images against PyTorch's.") { data, rounds };
digits.SetAction(arguments => DigitsBenchmark.Run(Path.GetFullPath(arguments.GetRequiredValue(data)), arguments.GetValue(rounds)));

var name = new Argument<string>("name");
var where = new Argument<string>("folder");
var serve = new Command("serve", "Answers the orders of a run of peers.") { name, where };
serve.Hidden = true;
serve.SetAction(arguments =>
{
    string[] folders = arguments.GetValue(where)!.Split(Path.PathSeparator);
    PeerLoop.Serve(arguments.GetValue(name) switch
    {
        PeersBenchmark.Own => new SeGenPeer(folders[0]),
        PeersBenchmark.Floor => new FloorPeer(folders[0]),
        _ => new OnnxRuntimePeer(folders[1], folders[0]),
    });
});

var project = new Option<FileInfo>("--project") { Description = "The program that is published.", DefaultValueFactory = _ => new FileInfo("SeGen.Benchmarks/Startup/Program/SeGen.Startup.csproj") };
var startup = new Command("startup", "Measures the time from the start of a process to the first result of an SE-ResNet-18, by JIT, ReadyToRun and NativeAOT.") { folder, rounds, project, document };
startup.SetAction(arguments => StartupBenchmark.Run(
    Path.GetFullPath(arguments.GetValue(folder)!), arguments.GetRequiredValue(project).FullName, arguments.GetValue(rounds), arguments.GetValue(document)));

var threads = new Argument<int>("threads");
var serveStart = new Command("serve-start", "Times ONNX Runtime's first result in this process.") { where, threads };
serveStart.Hidden = true;
serveStart.SetAction(arguments => OnnxRuntimeStart.Print(arguments.GetValue(where)!, arguments.GetValue(threads)));

var loading = new Command("loading", "Measures what loading an SE-ResNet-50 takes in memory at most.") { folder };
loading.SetAction(arguments => LoadingMemory.Run(Path.GetFullPath(arguments.GetValue(folder)!)));

var way = new Argument<int>("way");
var serveLoading = new Command("serve-loading", "Loads in this process.") { where, way };
serveLoading.Hidden = true;
serveLoading.SetAction(arguments => LoadingMemory.Serve(arguments.GetValue(where)!, arguments.GetValue(way)));

var sizes = new Command("sizes", "Measures what fixing height and width gains over any size.");
sizes.SetAction(_ => FixedAgainstAny.Run());

var generator = new Command("generator", "Measures the generator: a class, many classes, and a keystroke in another file.");
generator.SetAction(_ => GeneratorBenchmark.Run());

var models = new Option<DirectoryInfo>("--models") { Description = "The folder of the sample's architectures.", DefaultValueFactory = _ => new DirectoryInfo("SeGen.Sample/Models") };
var build = new Command("build", "Measures what each of the sample's architectures costs a build, and how much is generated.") { models };
build.SetAction(arguments => ArchitectureBuild.Run(arguments.GetRequiredValue(models)));

var micro = new Command("micro", "Runs the micro-benchmarks under BenchmarkDotNet; its own arguments follow.") { TreatUnmatchedTokensAsErrors = false };
micro.SetAction(arguments => { BenchmarkSwitcher.FromAssembly(typeof(Case).Assembly).Run([.. arguments.UnmatchedTokens]); });

var sigmoid = new Command("sigmoid", "Measures the error of the sigmoid over all floats.");
sigmoid.SetAction(_ => SigmoidError.Run());

return new RootCommand("Benchmarks of SeGen.") { peers, digits, startup, serve, serveStart, loading, serveLoading, sizes, generator, build, sigmoid, micro }.Parse(args).Invoke();

void Measure(ParseResult arguments)
{
    string where = Path.GetFullPath(arguments.GetValue(folder)!);
    (int count, double seconds, int turns) = arguments.GetValue(quick) ? (1, 0.05, 1) : (arguments.GetValue(rounds), 0.3, 3);
    var all = new List<CaseResult>();
    foreach ((string title, IReadOnlyList<Case> cases) in Case.Groups.Where(g => (arguments.GetValue(group) ?? g.Key) == g.Key))
    {
        Case[] chosen = [.. cases.Where(c => c.Name.Contains(arguments.GetValue(only) ?? "", StringComparison.Ordinal) && (!arguments.GetValue(quick) || (c.Least is not null && (!c.IsHeldToAvx2 || arguments.GetValue(group) is not null))))];
        if (chosen.Length == 0)
            continue;

        PeerFiles.Prepare(where, chosen);
        IReadOnlyList<CaseResult> results = new PeersBenchmark(where, PeerFiles.Library(where), count, seconds, turns).Run(chosen);
        PeersReport.Print(results);
        Console.WriteLine(PeersReport.Markdown(results));
        if (arguments.GetValue(document) is { } path)
            PerformanceDocument.Write(path, $"peers {title}", count, PeersReport.Markdown(results));

        all.AddRange(results);
    }

    string to = arguments.GetValue(json) ?? Path.Combine(where, "results.json");
    File.WriteAllText(to, PeersReport.Json(all));
    AnsiConsole.MarkupLineInterpolated($"[grey]written to {to}[/]");
}
