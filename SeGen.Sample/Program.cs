using SeGen;
var g = new Demo.ChannelGate(1);
float[] x = new float[Demo.ChannelGate.InputLength], y = new float[x.Length];
new Random(1).NextDouble();
g.Forward(x, y);
Console.WriteLine(Demo.ChannelGate.Summary);
namespace Demo
{
    [SEBlock(Channels = 64, Reduction = 16, Height = 56, Width = 56)]
    public partial class ChannelGate;

    [SEBlock(20, Reduction = 3, Bias = SEBias.SecondOnly, Squeeze = Squeeze.MeanMaxAverage, Activation = Activation.SiLU, Gate = Gate.HardSigmoid, MaxBatch = 4)]
    public partial class Dyn;

    [SEBlock(3, HiddenRule = HiddenRule.FloorAllowZero, Height = 7, Width = 7, MaxBatch = 2)]
    public partial class Zero;
}
