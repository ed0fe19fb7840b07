using SeGen.Sample.Models;
using Spectre.Console;

namespace SeGen.Sample;

/// <summary>A declared network and what is known of it at compile time.</summary>
/// <param name="Name">The class.</param>
/// <param name="Side">Height and width of its images.</param>
/// <param name="Classes">How many classes it tells apart.</param>
/// <param name="Parameters">Values of its weights.</param>
/// <param name="MultiplyAdds">For one image.</param>
/// <param name="WorkspaceBytes">Scratch of one image.</param>
/// <param name="Summary">The table of its layers.</param>
/// <param name="Create">Makes one with random weights.</param>
internal sealed record Architecture(
    string Name, int Side, int Classes, long Parameters, long MultiplyAdds, long WorkspaceBytes, string Summary, Func<IModule> Create);

/// <summary>The networks of the folder Models.</summary>
internal static class Architectures
{
    public static readonly IReadOnlyList<Architecture> All =
    [
        new(nameof(SEResNet18), SEResNet18.InputHeight, SEResNet18.OutputChannels, SEResNet18.ParameterCount, SEResNet18.MultiplyAdds, SEResNet18.WorkspaceBytes, SEResNet18.Summary, () => new SEResNet18()),
        new(nameof(SEResNet34), SEResNet34.InputHeight, SEResNet34.OutputChannels, SEResNet34.ParameterCount, SEResNet34.MultiplyAdds, SEResNet34.WorkspaceBytes, SEResNet34.Summary, () => new SEResNet34()),
        new(nameof(SEResNet50), SEResNet50.InputHeight, SEResNet50.OutputChannels, SEResNet50.ParameterCount, SEResNet50.MultiplyAdds, SEResNet50.WorkspaceBytes, SEResNet50.Summary, () => new SEResNet50()),
        new(nameof(SEResNet101), SEResNet101.InputHeight, SEResNet101.OutputChannels, SEResNet101.ParameterCount, SEResNet101.MultiplyAdds, SEResNet101.WorkspaceBytes, SEResNet101.Summary, () => new SEResNet101()),
        new(nameof(SEResNet152), SEResNet152.InputHeight, SEResNet152.OutputChannels, SEResNet152.ParameterCount, SEResNet152.MultiplyAdds, SEResNet152.WorkspaceBytes, SEResNet152.Summary, () => new SEResNet152()),
        new(nameof(SEResNeXt50), SEResNeXt50.InputHeight, SEResNeXt50.OutputChannels, SEResNeXt50.ParameterCount, SEResNeXt50.MultiplyAdds, SEResNeXt50.WorkspaceBytes, SEResNeXt50.Summary, () => new SEResNeXt50()),
        new(nameof(MobileNetV3Small), MobileNetV3Small.InputHeight, MobileNetV3Small.OutputChannels, MobileNetV3Small.ParameterCount, MobileNetV3Small.MultiplyAdds, MobileNetV3Small.WorkspaceBytes, MobileNetV3Small.Summary, () => new MobileNetV3Small()),
        new(nameof(MobileNetV3Large), MobileNetV3Large.InputHeight, MobileNetV3Large.OutputChannels, MobileNetV3Large.ParameterCount, MobileNetV3Large.MultiplyAdds, MobileNetV3Large.WorkspaceBytes, MobileNetV3Large.Summary, () => new MobileNetV3Large()),
        new(nameof(EfficientNetB0), EfficientNetB0.InputHeight, EfficientNetB0.OutputChannels, EfficientNetB0.ParameterCount, EfficientNetB0.MultiplyAdds, EfficientNetB0.WorkspaceBytes, EfficientNetB0.Summary, () => new EfficientNetB0()),
        new(nameof(RegNetY400MF), RegNetY400MF.InputHeight, RegNetY400MF.OutputChannels, RegNetY400MF.ParameterCount, RegNetY400MF.MultiplyAdds, RegNetY400MF.WorkspaceBytes, RegNetY400MF.Summary, () => new RegNetY400MF()),
        new(nameof(SEResNet20), SEResNet20.InputHeight, SEResNet20.OutputChannels, SEResNet20.ParameterCount, SEResNet20.MultiplyAdds, SEResNet20.WorkspaceBytes, SEResNet20.Summary, () => new SEResNet20()),
    ];

    public static Architecture Find(string name) => All.FirstOrDefault(a => a.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new SampleException($"There is no model \"{name}\"; there are {string.Join(", ", All.Select(a => a.Name))}.");

    public static void List()
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn(new TableColumn("model").NoWrap()).AddColumn("image");
        foreach (string column in new[] { "parameters", "multiply-adds", "workspace bytes" })
            table.AddColumn(new TableColumn(column).RightAligned());

        foreach (Architecture a in All)
            table.AddRow(a.Name, $"{a.Side} x {a.Side}", $"{a.Parameters:N0}", $"{a.MultiplyAdds:N0}", $"{a.WorkspaceBytes:N0}");

        AnsiConsole.Write(table);
    }
}
