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

    [Fact]
    public void A_wrong_result_is_said()
    {
        Assert.False(new NetworkResult("", "fp32", 1e-3, 0, 0, true).IsRight);
        Assert.False(new NetworkResult("", "TF32", 0, 0, double.NaN, true).IsRight);
        Assert.False(new NumericResult("", "", double.NaN, 0, 0, true).IsRight);
        Assert.False(new NumericResult("", "", 0, 2e-5, 0, true).IsRight);
        Assert.False(new NumericResult("", "", 0, 0, 0, false).IsRight);
    }

    [Fact]
    public void The_report_says_what_was_not_timed()
    {
        string path = Path.GetTempFileName();
        new Report("a device", "1.0", "none", 1e9, [], [], [new TimeResult("case", "forward", "cold", "portable", 1, 2, null, null, null, "no PyTorch")]).Save(path);
        string json = File.ReadAllText(path);
        File.Delete(path);
        Assert.Contains("\"eager\": null", json, StringComparison.Ordinal);
        Assert.Contains("\"own\": 1", json, StringComparison.Ordinal);
    }
}
