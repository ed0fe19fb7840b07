using System.Text.RegularExpressions;
using SeGen.Cuda;
using SeGen.DeviceCheck;
using SeGen.Tests.Ptx;

namespace SeGen.Tests.Cuda;

/// <summary>The program that checks a device, on a fake one.</summary>
[Trait("Category", "Cuda")]
[Collection(CudaRuntimeTests.Name)]
public sealed class DeviceCheckTests : IDisposable
{
    public void Dispose()
    {
        GpuSettings.TensorCores = true;
        GpuRuntime.Use(null);
    }

    [Fact]
    public void Every_form_of_the_small_cases_is_right()
    {
        GpuRuntime.Use(FakeDriver.Create(PtxDeviceModel.A100));
        NumericResult[] results = [.. DeviceCheck.Numerics.Run(GateCase.Small)];
        Assert.All(results, r => Assert.True(r.IsRight, r.ToString()));
        Assert.All(GateCase.Small, c => Assert.Contains(results, r => r.Case == c.Name));
        Assert.Contains(results, r => r.Form.StartsWith("image", StringComparison.Ordinal));
        Assert.Contains(results, r => r.Form.StartsWith("group", StringComparison.Ordinal));
    }

    [Fact]
    public void Small_networks_are_right_with_and_without_tensor_cores()
    {
        GpuRuntime.Use(FakeDriver.Create(PtxDeviceModel.A100));
        NetworkResult[] results = [.. NetworkNumerics.Run(NetworkCase.Small)];
        Assert.All(results, r => Assert.True(r.IsRight, r.ToString()));
        Assert.Equal(2 * NetworkCase.Small.Length, results.Length);
    }

    /// <summary>Cases begin, run more than once, and give everything back; a fake device's clock counts instructions.</summary>
    [Fact]
    public void Cases_are_timed_without_pytorch()
    {
        GpuRuntime.Use(FakeDriver.Create(PtxDeviceModel.A100));
        TimedCase[] cases =
        [
            .. ConvTimes.Of(1, 120, 120, 5, 1, 120, 28, () => new Conv5x5Depthwise(1).CreateCuda(GpuPolicy.Require)).Take(1),
            NetworkTimes.Step("InvertedNet", 2, 3, 16, new InvertedNet(1), n => n.CreateCuda(GpuPolicy.Require), classes: 7),
        ];
        using var own = new OwnTimes(flushFloats: 1024, busyMilliseconds: 1);
        TimeResult[] times = [.. Times.Run(cases, own, null, 1e9, rounds: 1, calls: 1)];
        Assert.Equal(["cold", "warm", "warm"], times.Select(t => t.Temperature));
        Assert.All(times, t => Assert.True(t.Own > 0 && t.Floor > 0 == (t.Temperature == "cold") && t.Remark == "no PyTorch" && t.Eager is null && t.Form != "", t.ToString()));
        Assert.True(times[0].TeraFlops > 0);
        Assert.Null(times[2].TeraFlops);
    }

    /// <summary>What PyTorch is asked for has as many words as its script takes, and names what the script knows.</summary>
    [Fact]
    public void Orders_are_those_that_the_script_reads()
    {
        string script = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "torch_on_gpu.py")), models = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "models.py"));
        foreach (TimedCase one in (IEnumerable<TimedCase>)[.. GateTimes.Cases, .. ConvTimes.Cases, .. NetworkTimes.Inference, .. NetworkTimes.Training])
        {
            string[] words = one.Order.Split(' ');
            string parameters = Regex.Match(script, $@"^def {words[0]}\((.*)\):", RegexOptions.Multiline).Groups[1].Value;
            int products = one.Products == "" ? 0 : 1;
            Assert.Equal(parameters.Split(',').Length, words.Length - 1 - products);
            Assert.True(products == 0 || words[^1] is "TF32" or "fp32", one.Order);
            if (words[0] is "network" or "step")
                Assert.Contains($"\"{words[1]}\":", models, StringComparison.Ordinal);
        }
    }

    /// <summary>PyTorch's process may fail, end or hang: that case says so, and the next one has another process.</summary>
    [Fact]
    public void Pytorch_that_fails_costs_a_case_and_no_more()
    {
        string script = Path.GetTempFileName();
        File.WriteAllText(script, """
            echo PyTorch 0
            while read -r line; do
              case $line in
                "load dies") exit 1 ;;
                "load sleeps") sleep 30 ;;
                "load "*) echo ready ;;
                "time eager "*) echo 1.5 2.5 ;;
                "time graph "*) echo "error: out of memory" ;;
                *) echo ;;
              esac
            done
            """.ReplaceLineEndings("\n"));
        using (var torch = new TorchTimes("/bin/sh", script, TimeSpan.FromSeconds(2)))
        {
            Assert.True(torch.Start());
            Assert.Equal("PyTorch 0", torch.Version);
            foreach ((string order, string fault) in new[] { ("good", ""), ("dies", "has ended"), ("good", ""), ("sleeps", "did not answer in 2 s"), ("good", "") })
            {
                Assert.Equal(fault == "" ? "ready" : "", torch.Load(order));
                Assert.Contains(fault, torch.Fault, StringComparison.Ordinal);
                Assert.Equal(fault == "" ? [1.5, 2.5] : [], torch.Times("eager", isCold: true, 2));
                Assert.Empty(torch.Times("compile", isCold: true, 2));
            }

            Assert.Empty(torch.Times("graph", isCold: false, 2));
            Assert.Equal("graph: error: out of memory", torch.Fault);
        }

        using (var none = new TorchTimes("no-such-python", script, TimeSpan.FromSeconds(2)))
        {
            Assert.Contains("PyTorch was not timed", none.Load("good"), StringComparison.Ordinal);
            Assert.Empty(none.Times("eager", isCold: true, 2));
        }

        File.Delete(script);
    }

    [Fact]
    public void A_wrong_result_is_said()
    {
        Assert.False(new NetworkResult("", "fp32", 1e-3, 0, 0, 0, true).IsRight);
        Assert.False(new NetworkResult("", "TF32", 0, 0, double.NaN, 0, true).IsRight);
        Assert.False(new NetworkResult("", "TF32", 0, 0, 0, double.NaN, true).IsRight);
        Assert.True(new NetworkResult("", "fp32", 1e-5, 1e-5, 1e-5, 1e-5, true).IsRight);
        Assert.False(new NumericResult("", "", double.NaN, 0, 0, true).IsRight);
        Assert.False(new NumericResult("", "", 0, 2e-5, 0, true).IsRight);
        Assert.False(new NumericResult("", "", 0, 0, 0, false).IsRight);
    }

    [Fact]
    public void The_report_says_what_was_not_timed()
    {
        string path = Path.GetTempFileName();
        new Report("a device", "1.0", "none", 1e9, [], [], [new TimeResult("case", "forward", "", "cold", "portable", 1, 2, null, null, null, null, null, "no PyTorch")], []).Save(path);
        string json = File.ReadAllText(path);
        File.Delete(path);
        Assert.Contains("\"eager\": null", json, StringComparison.Ordinal);
        Assert.Contains("\"own\": 1", json, StringComparison.Ordinal);
    }
}
