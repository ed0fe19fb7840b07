using System.Globalization;

namespace SeGen;

/// <summary>
/// What decides a module's results beside its weights: the kind and settings of each layer, as they were declared. Files that SeGen writes
/// carry them in their metadata, a key for each layer ("segen.layer.0003": "SEResidual(Body=Basic, Stride=2) layer2"), so that weights
/// which fit a module by their shapes alone, but were trained with another epsilon or gate, are not taken for its own.
/// </summary>
internal static class DeclaredSettings
{
    public const string VersionKey = "segen.version";

    private const string LayerKey = "segen.layer.";

    /// <summary>Adds them to the metadata of a file.</summary>
    public static void AddTo(Dictionary<string, string> metadata, IReadOnlyList<string> settings)
    {
        metadata[VersionKey] = SeGenInfo.Version;
        for (int i = 0; i < settings.Count; i++)
            metadata[Key(i)] = settings[i];
    }

    /// <summary>
    /// In what the layers differ, a line for each difference that names both values; nothing of a file that SeGen did not write. Settings
    /// that only one of the two knows are those of another version of this library, and are no difference.
    /// </summary>
    public static IReadOnlyList<string> Differences(IReadOnlyList<string> settings, IReadOnlyDictionary<string, string> metadata)
    {
        if (settings.Count == 0 || !metadata.ContainsKey(Key(0)))
            return [];

        int saved = 0;
        while (metadata.ContainsKey(Key(saved)))
            saved++;

        var differences = new List<string>();
        for (int i = 0; i < Math.Min(saved, settings.Count); i++)
        {
            Layer here = Layer.Of(settings[i]), there = Layer.Of(metadata[Key(i)]);
            if (here.Kind != there.Kind)
            {
                // What follows are other layers: one line says so, and not one for each.
                differences.Add($"layer {i}: {there} in the file, {here} in the declaration");
                return differences;
            }

            foreach ((string name, string value) in here.Settings)
            {
                if (there.Settings.TryGetValue(name, out string? other) && other != value)
                    differences.Add($"{here}: {name} is {other} in the file, {value} in the declaration");
            }
        }

        if (saved != settings.Count)
            differences.Add($"{saved} layers in the file, {settings.Count} in the declaration");

        return differences;
    }

    private static string Key(int layer) => LayerKey + layer.ToString("D4", CultureInfo.InvariantCulture);

    /// <summary>One line taken apart; what cannot be is a layer of that kind without settings.</summary>
    private sealed record Layer(string Kind, Dictionary<string, string> Settings, string Name)
    {
        public static Layer Of(string text)
        {
            int open = text.IndexOf('(', StringComparison.Ordinal), close = open < 0 ? -1 : text.IndexOf(')', open);
            if (close < 0)
                return new Layer(text, [], "");

            var settings = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (string setting in text[(open + 1)..close].Split(", ", StringSplitOptions.RemoveEmptyEntries))
            {
                if (setting.IndexOf('=', StringComparison.Ordinal) is > 0 and int equals)
                    settings[setting[..equals]] = setting[(equals + 1)..];
            }

            return new Layer(text[..open], settings, text[(close + 1)..].Trim());
        }

        public override string ToString() => Name.Length == 0 ? Kind : $"{Name} ({Kind})";
    }
}
