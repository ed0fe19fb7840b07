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
    private NumericResult[] _numerics = [];
    private NetworkResult[] _networks = [];
    private string _torch = "PyTorch was not asked.";
    private double _bandwidth;

    /// <summary>In their order.</summary>
    public static string[] Sections { get; } = ["numerics", "gates", "convolutions", "networks", "training", "accuracy"];

    /// <summary>Runs them; the exit code.</summary>
    public int Run()
    {
        Console.WriteLine(GpuRuntime.StatusText);
        if (sections.Contains("numerics"))
            (_numerics, _networks) = (Gates(isSmall: false), Networks(isSmall: false));

        Save();
        Time();
        if (sections.Contains("accuracy"))
            Train();

        return _numerics.All(r => r.IsRight) && _networks.All(r => r.IsRight) ? 0 : 1;
    }

    /// <summary>Gates in every form against the CPU.</summary>
    public static NumericResult[] Gates(bool isSmall)
        => Printed(Numerics.Run(isSmall ? GateCase.Small : [.. GateCase.Small, .. GateCase.Large, .. GateCase.Timed]), Report.Print);

    /// <summary>Networks against the CPU.</summary>
    public static NetworkResult[] Networks(bool isSmall) => Printed(NetworkNumerics.Run(isSmall ? NetworkCase.Small : [.. NetworkCase.Small, .. NetworkCase.Large]), Report.Print);

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
        using TorchTimes? torch = Torch();
        Console.WriteLine(_torch);
        Report.PrintTimesHead();
        foreach (TimeResult time in Times.Run(cases, own, torch, _bandwidth))
        {
            Report.Print(time);
            _times.Add(time);
            Save();
        }
    }

    private void Train()
    {
        if (data is null)
        {
            Console.WriteLine("Nothing was trained: --data names a folder of digits.");
            return;
        }

        foreach (int seed in new[] { 0, 1, 2 })
        {
            AccuracyResult accuracy = Accuracy.Run(Recipe.Of(data), seed);
            Report.Print(accuracy);
            _accuracies.Add(accuracy);
            Save();
        }
    }

    private TorchTimes? Torch()
    {
        try
        {
            var torch = new TorchTimes(python);
            _torch = torch.Version;
            return torch;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            _torch = $"PyTorch was not timed: {e.Message}";
            return null;
        }
    }

    private void Save()
    {
        if (json is not null)
            new Report(GpuRuntime.StatusText, SeGenInfo.Version, _torch, _bandwidth, _numerics, _networks, [.. _times], [.. _accuracies]).Save(json);
    }

    private static T[] Printed<T>(IEnumerable<T> results, Action<T> print) => [.. results.Select(result =>
    {
        print(result);
        return result;
    })];
}
