using SeGen.CompilerServices;
using SeGen.Cuda;
using SeGen.Generator.Layers.Gates.Ptx;
using SeGen.Generator.Model;
using SeGen.Tests.Ptx;
using Form = SeGen.Cuda.Gates.GateForm;
using Model = SeGen.Generator.Model;

namespace SeGen.Tests.Cuda;

/// <summary>Which form of its kernels a gate runs on which device.</summary>
[Trait("Category", "Cuda")]
[Collection(CudaRuntimeTests.Name)]
public class GateFormTests
{
    // Of the group's kernel: sums of warps.
    private const int StaticShared = 2048;

    [Theory]
    [InlineData("H100", 1, 128, 224, "group 128 x 1, 7 kept")]
    [InlineData("H100", 1, 128, 56, "group 128 x 1, 1 kept")]
    [InlineData("H100", 32, 256, 56, "group 32 x 8, 8 kept")]
    [InlineData("H100", 256, 512, 7, "image")]
    [InlineData("A100", 1, 128, 224, "group 100 x 1, 5 kept")]
    [InlineData("A100", 256, 512, 7, "image")]
    [InlineData("T4", 1, 128, 224, "portable")]
    [InlineData("T4", 256, 512, 7, "portable")]
    [InlineData("H100", 2, 64, 0, "portable")]
    public void The_form_follows_from_the_shape_and_the_device(string device, int images, int channels, int side, string form)
        => Assert.Equal(form, Choose(device, images, channels, side).ToString());

    [Theory]
    [InlineData("portable", "portable")]
    [InlineData("group", "group 32 x 8, 8 kept")]
    [InlineData("image", "group 32 x 8, 8 kept")]
    public void The_environment_chooses_where_a_shape_has_the_form(string wanted, string form)
    {
        GpuSettings.Form = wanted;
        try
        {
            Assert.Equal(form, Choose("H100", 32, 256, 56).ToString());
        }
        finally
        {
            GpuSettings.Form = null;
        }
    }

    [Fact]
    public void Every_group_can_be_launched()
    {
        foreach (string device in new[] { "T4", "A100", "H100" })
        {
            PtxDeviceModel model = Device(device);
            foreach ((int images, int channels, int side) in new[] { (1, 16, 8), (3, 64, 14), (9, 96, 28), (1, 2048, 7), (64, 3, 91), (1, 1, 300), (7, 1000, 1) })
            {
                Form chosen = Choose(device, images, channels, side);
                if (chosen.Name != Form.Group)
                    continue;

                Assert.True(chosen.Blocks <= model.Resident(chosen.Threads, chosen.Shared + StaticShared), $"{chosen} on {device}");
                Assert.True(chosen.Shared < model.SharedOfBlock && chosen.Blocks % chosen.BlocksOfGroup == 0);
            }
        }
    }

    private static Form Choose(string device, int images, int channels, int side)
    {
        PtxDeviceModel model = Device(device);
        var launch = new GateLaunch(new SeGen.Generator.Model.GateSpec(channels, Math.Max(1, channels / 16), SeGen.Generator.Model.SEBias.Both, SeGen.Generator.Model.Squeeze.Mean, SeGen.Generator.Model.Activation.ReLU, SeGen.Generator.Model.Gate.Sigmoid), side, side);
        var geometry = new GateGeometry
        {
            Channels = channels,
            Parameters = launch.WeightsLength,
            Threads = launch.Threads,
            Chunks = launch.Chunks,
            ChunkBytes = launch.IsOpen ? 0 : launch.ChunkBytes,
            Partials = launch.PartialsOfImage,
            State = launch.StateOfImage,
            Changes = launch.ChangesOfImage,
            ImageThreads = GateLaunch.ImageThreads,
            ImageBytes = GateModules.ImageBytes(launch, isBackward: false),
            ImageGradientBytes = GateModules.ImageBytes(launch, isBackward: true),
            IsOpen = launch.IsOpen,
        };
        using CudaDevice opened = CudaDevice.Open(FakeDriver.Create(model));
        return Form.Choose(geometry, opened, images, isBackward: false, shared => model.Resident(launch.Threads, shared + StaticShared));
    }

    private static PtxDeviceModel Device(string name) => name switch { "T4" => PtxDeviceModel.T4, "A100" => PtxDeviceModel.A100, _ => PtxDeviceModel.H100 };
}
