using System.CommandLine;
using BenchmarkDotNet.Running;
using SeGen.Benchmarks;
using SeGen.Benchmarks.GeneratorTime;
using SeGen.Benchmarks.Micro;
using SeGen.Benchmarks.Peers;
using Spectre.Console;

var folder = new Option<string>("--folder") { Description = "Where the peers and the cases' files are kept.", DefaultValueFactory = _ => Path.GetFullPath("peers") };
var rounds = new Option<int>("--rounds") { Description = "Rounds with new processes.", DefaultValueFactory = _ => 5 };
var quick = new Option<bool>("--quick") { Description = "Two short rounds, to look at and not to publish." };
var json = new Option<string?>("--json") { Description = "Where the results go as JSON." };
var only = new Option<string?>("--only") { Description = "Only cases whose name contains this." };

var peers = new Command("peers", "Measures gates against ONNX Runtime and PyTorch on the same input, taking turns.") { folder, rounds, quick, json, only };
peers.SetAction(arguments => Measure(arguments, Case.Gates));

var blocks = new Command("blocks", "Measures residual blocks so.") { folder, rounds, quick, json, only };
blocks.SetAction(arguments => Measure(arguments, Case.Blocks));

var networks = new Command("networks", "Measures the sample's networks so, one image at a time.") { folder, rounds, quick, json, only };
networks.SetAction(arguments => Measure(arguments, Case.Networks));

var training = new Command("training", "Measures training steps of networks against PyTorch's.") { folder, rounds, quick, json, only };
training.SetAction(arguments => Measure(arguments, Case.Trainings));

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

return new RootCommand("Benchmarks of SeGen.") { peers, serve, sizes, blocks, networks, training, generator, build, sigmoid, micro }.Parse(args).Invoke();

void Measure(ParseResult arguments, IReadOnlyList<Case> all)
{
    Case[] cases = [.. all.Where(c => c.Name.Contains(arguments.GetValue(only) ?? "", StringComparison.Ordinal))];
    string where = Path.GetFullPath(arguments.GetValue(folder)!);
    PeerFiles.Prepare(where, cases);
    (int count, double seconds, int turns) = arguments.GetValue(quick) ? (2, 0.15, 2) : (arguments.GetValue(rounds), 0.3, 3);
    IReadOnlyList<CaseResult> results = new PeersBenchmark(where, PeerFiles.Library(where), count, seconds, turns).Run(cases);
    PeersReport.Print(results);
    Console.WriteLine(PeersReport.Markdown(results));
    string to = arguments.GetValue(json) ?? Path.Combine(where, "results.json");
    File.WriteAllText(to, PeersReport.Json(results));
    AnsiConsole.MarkupLineInterpolated($"[grey]written to {to}[/]");
}
