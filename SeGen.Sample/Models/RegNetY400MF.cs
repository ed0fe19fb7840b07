namespace SeGen.Sample.Models;

/// <summary>RegNetY-400MF with the names of torchvision (Radosavovic et al. 2020).</summary>
[SENetwork(3, Height = 224, Width = 224, Reduction = 4, HiddenRule = HiddenRule.RoundHalfEven, InferenceOnly = true)]
[Conv(32, Stride = 2, Name = "stem.0"), BatchNorm(Name = "stem.1"), ReLU]
[SEResidual(48, Body = ResidualBody.RegNetY, Stride = 2, Blocks = 1, Groups = 6, Name = "trunk_output.block1")]
[SEResidual(104, Body = ResidualBody.RegNetY, Stride = 2, Blocks = 3, Groups = 13, Name = "trunk_output.block2")]
[SEResidual(208, Body = ResidualBody.RegNetY, Stride = 2, Blocks = 6, Groups = 26, Name = "trunk_output.block3")]
[SEResidual(440, Body = ResidualBody.RegNetY, Stride = 2, Blocks = 6, Groups = 55, Name = "trunk_output.block4")]
[GlobalAveragePool, Linear(1000, Name = "fc")]
public sealed partial class RegNetY400MF;
