namespace SeGen.DeviceCheck;

/// <summary>Times cases, SeGen's calls and PyTorch's in turns.</summary>
internal static class Times
{
    /// <summary>What PyTorch may do a case in; the script says which it could make ready.</summary>
    private static readonly string[] Ways = ["eager", "graph", "channels_last", "compile"];

    /// <summary>Runs them.</summary>
    /// <param name="cases">What is timed.</param>
    /// <param name="own">The device's clock.</param>
    /// <param name="torch">PyTorch; null where there is none.</param>
    /// <param name="bandwidth">Of a copy, in bytes a second.</param>
    /// <param name="rounds">How often they take turns.</param>
    /// <param name="calls">Calls of a turn.</param>
    public static IEnumerable<TimeResult> Run(IEnumerable<TimedCase> cases, OwnTimes own, TorchTimes? torch, double bandwidth, int rounds = 5, int calls = 10)
    {
        foreach (TimedCase one in cases)
        {
            using TimedCall call = one.Begin();
            string remark = torch?.Load(one.Order) ?? "no PyTorch";
            if (torch is { HasEnded: true })
                remark = "PyTorch has ended";

            foreach (bool isCold in one.IsCold ? [true, false] : new[] { false })
                yield return Time(one, isCold, own, call, torch, bandwidth, remark, rounds, calls);
        }
    }

    private static TimeResult Time(TimedCase one, bool isCold, OwnTimes own, TimedCall call, TorchTimes? torch, double bandwidth, string remark, int rounds, int calls)
    {
        var ours = new List<double>();
        var theirs = Ways.ToDictionary(way => way, _ => new List<double>());
        for (int round = 0; round < rounds; round++)
        {
            ours.AddRange(own.Times(call.Call, isCold, calls));
            foreach (string way in Ways)
                theirs[way].AddRange(torch?.Times(way, isCold, calls) ?? []);
        }

        double median = OwnTimes.Median([.. ours]);
        return new TimeResult(
            one.Name, one.What, one.Products, isCold ? "cold" : "warm", call.Form, median, one.Bytes / bandwidth * 1e6, one.MultiplyAdds == 0 ? null : 2e-6 * one.MultiplyAdds / median,
            Median(theirs["eager"]), Median(theirs["graph"]), Median(theirs["channels_last"]), Median(theirs["compile"]), remark);
    }

    private static double? Median(List<double> times) => times.Count == 0 ? null : OwnTimes.Median([.. times]);
}
