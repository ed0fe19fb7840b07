using SeGen.Sample.Training;

namespace SeGen.DeviceCheck;

/// <summary>The check of a device, section by section. What is known is saved after every case: it is not lost with a machine that is taken back.</summary>
/// <param name="sections">Which sections.</param>
/// <param name="python">The Python that has PyTorch.</param>
/// <param name="data">A folder of digits to train on; null: none.</param>
/// <param name="json">Where results go; null: nowhere.</param>
internal sealed class Check(string[] sections, string python, string? data, string? json)
{
    private readonly List<TimeResult> _times = [];
    private readonly List<AccuracyResult> _accuracies = [];
    private readonly List<NumericResult> _numerics = [];
    private readonly List<NetworkResult> _networks = [];
    private string _torch = "PyTorch was not asked.";
    private double _bandwidth;

    /// <summary>In their order.</summary>
    public static string[] Sections { get; } = ["numerics", "gates", "convolutions", "networks", "training", "accuracy"];

    /// <summary>Runs them; the exit code.</summary>
    public int Run()
    {
        Console.WriteLine(GpuRuntime.StatusText);

        // Before anything that takes long: a folder that cannot be read is known at once.
        Recipe? recipe = !sections.Contains("accuracy") ? null : data is null ? Recipe.Drawn(seed: 0) : Recipe.Of(data);
        if (sections.Contains("numerics"))
        {
            Each(GateNumerics(isSmall: false), _numerics, Report.Print);
            Each(NetworkNumerics(isSmall: false), _networks, Report.Print);
        }

        Time();
        if (recipe is not null)
            Each(new[] { 0, 1, 2 }.Select(seed => Accuracy.Run(recipe, seed)), _accuracies, Report.Print);

        return _numerics.All(r => r.IsRight) && _networks.All(r => r.IsRight) && _accuracies.All(r => r.IsRight) && _times.All(t => !double.IsNaN(t.Own)) ? 0 : 1;
    }

    /// <summary>Everything against the CPU, for compute-sanitizer; the exit code.</summary>
    public static int Numeric(bool isSmall)
    {
        bool isRight = true;
        foreach (NumericResult result in GateNumerics(isSmall))
        {
            Report.Print(result);
            isRight &= result.IsRight;
        }

        foreach (NetworkResult result in NetworkNumerics(isSmall))
        {
            Report.Print(result);
            isRight &= result.IsRight;
        }

        return isRight ? 0 : 1;
    }

    private static IEnumerable<NumericResult> GateNumerics(bool isSmall) => Numerics.Run(isSmall ? GateCase.Small : [.. GateCase.Small, .. GateCase.Large, .. GateCase.Timed]);

    private static IEnumerable<NetworkResult> NetworkNumerics(bool isSmall) => DeviceCheck.NetworkNumerics.Run(isSmall ? NetworkCase.Small : [.. NetworkCase.Small, .. NetworkCase.Large]);

    /// <summary>Times of the sections that have any.</summary>
    private void Time()
    {
        IEnumerable<TimedCase> cases =
        [
            .. sections.Contains("gates") ? GateTimes.Cases : [],
            .. sections.Contains("convolutions") ? ConvTimes.Cases : [],
            .. sections.Contains("networks") ? NetworkTimes.Inference : [],
            .. sections.Contains("training") ? NetworkTimes.Training : [],
        ];
        if (!cases.Any())
            return;

        using var own = new OwnTimes();
        _bandwidth = own.CopyBandwidth();
        Console.WriteLine(FormattableString.Invariant($"a copy on the device: {_bandwidth / 1e9:f0} GB/s, read and written"));
        using var torch = new TorchTimes(python, Path.Combine(AppContext.BaseDirectory, "torch_on_gpu.py"), TimeSpan.FromMinutes(4));
        _torch = torch.Start() ? torch.Version : torch.Fault;
        Console.WriteLine(_torch);
        Report.PrintTimesHead();
        Each(Times.Run(cases, own, torch, _bandwidth), _times, Report.Print);
    }

    private void Each<T>(IEnumerable<T> results, List<T> known, Action<T> print)
    {
        foreach (T result in results)
        {
            print(result);
            known.Add(result);
            if (json is not null)
                new Report(GpuRuntime.StatusText, SeGenInfo.Version, _torch, _bandwidth, [.. _numerics], [.. _networks], [.. _times], [.. _accuracies]).Save(json);
        }
    }
}
