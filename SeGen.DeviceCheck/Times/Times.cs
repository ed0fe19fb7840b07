namespace SeGen.DeviceCheck;

/// <summary>Times cases, SeGen's calls and PyTorch's in turns.</summary>
internal static class Times
{
    /// <summary>What PyTorch may do a case in; the script says which it could make ready.</summary>
    public static string[] Ways { get; } = ["eager", "graph", "channels_last", "compile"];

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
            foreach (TimeResult result in Run(one, own, torch, bandwidth, rounds, calls))
                yield return result;
        }
    }

    /// <summary>One of them; where SeGen fails that is its result, and the others are timed all the same.</summary>
    private static IEnumerable<TimeResult> Run(TimedCase one, OwnTimes own, TorchTimes? torch, double bandwidth, int rounds, int calls)
    {
        try
        {
            using TimedCall call = one.Begin();
            string remark = torch is null ? "no PyTorch" : torch.Load(one.Order);
            return [.. (one.IsCold ? [true, false] : new[] { false }).Select(isCold => Time(one, isCold, own, call, torch, bandwidth, remark, rounds, calls))];
        }
        catch (GpuException e)
        {
            return [new TimeResult(one.Name, one.What, one.Products, "", "", double.NaN, null, null, null, null, null, null, $"SeGen failed: {e.Message}")];
        }
    }

    private static TimeResult Time(TimedCase one, bool isCold, OwnTimes own, TimedCall call, TorchTimes? torch, double bandwidth, string remark, int rounds, int calls)
    {
        var ours = new List<double>();
        var theirs = Ways.ToDictionary(way => way, _ => new List<double>());
        for (int round = 0; round < rounds; round++)
        {
            // Nobody is always the first.
            foreach (int turn in Enumerable.Range(round, Ways.Length + 1).Select(t => t % (Ways.Length + 1)))
            {
                if (turn == Ways.Length)
                    ours.AddRange(own.Times(call.Call, isCold, calls));
                else
                    theirs[Ways[turn]].AddRange(torch?.Times(Ways[turn], isCold, calls) ?? []);
            }
        }

        if (torch is { Fault: { Length: > 0 } fault })
            remark = fault;

        double median = OwnTimes.Median([.. ours]);
        return new TimeResult(
            one.Name, one.What, one.Products, isCold ? "cold" : "warm", call.Form, median, isCold ? one.Bytes / bandwidth * 1e6 : null, one.MultiplyAdds == 0 ? null : 2e-6 * one.MultiplyAdds / median,
            Median(theirs["eager"]), Median(theirs["graph"]), Median(theirs["channels_last"]), Median(theirs["compile"]), remark);
    }

    private static double? Median(List<double> times) => times.Count == 0 ? null : OwnTimes.Median([.. times]);
}
