namespace SeGen;

/// <summary>
/// Why most names of a checkpoint are others than the module's: another convention, or something that stands before all of them.
/// </summary>
internal static class LikelyCause
{
    // A prefix is looked for among so many of the file's names, which one missing parameter's name ends.
    private const int MaxPrefixes = 16;

    /// <summary>A sentence that says what to pass, or null.</summary>
    /// <param name="missing">The names that the module needs.</param>
    /// <param name="unexpected">The names that are there instead, as the map has rewritten them.</param>
    /// <param name="keys">The map.</param>
    public static string? Of(
        IReadOnlyList<(string Key, Parameter Parameter)> missing, IReadOnlyList<(string Key, TensorInfo Tensor)> unexpected, KeyMap keys)
    {
        if (missing.Count == 0 || unexpected.Count == 0)
            return null;

        HashSet<string> there = [.. unexpected.Select(u => u.Key)];
        foreach (Naming naming in Enum.GetValues<Naming>())
        {
            if (Names(missing, naming) is { } names && IsMost(names.Count(there.Contains), names.Count))
                return $"These are the names of Naming.{naming}: pass it to read this file.";
        }

        // The map's own convention first: a prefix alone is a likelier mistake than a prefix and another convention.
        foreach (Naming naming in Enum.GetValues<Naming>().OrderBy(n => n == keys.Naming ? 0 : 1))
        {
            if (Names(missing, naming) is { } names && Prefix(names, there) is { } prefix)
            {
                bool hasAll = there.All(key => key.StartsWith(prefix, StringComparison.Ordinal));
                KeyMap start = naming == keys.Naming ? keys : KeyMap.From(naming);
                string map = $"{start}.{(hasAll ? "DropPrefix" : "KeepPrefix")}(\"{prefix}\")";
                return hasAll
                    ? $"Every name begins with \"{prefix}\": pass {map}."
                    : $"The module's names are those that begin with \"{prefix}\": pass {map}.";
            }
        }

        return null;
    }

    /// <summary>The missing names in a convention, or null where it has none for one of the blocks.</summary>
    private static List<string>? Names(IReadOnlyList<(string Key, Parameter Parameter)> missing, Naming naming)
    {
        var names = new List<string>(missing.Count);
        foreach ((_, Parameter parameter) in missing)
        {
            if (BlockNames.TryTranslate(parameter.Spec, naming) is not { } name)
                return null;

            names.Add(name);
        }

        return names;
    }

    /// <summary>What stands before nearly all names, where it is the same for them.</summary>
    private static string? Prefix(List<string> names, HashSet<string> there)
    {
        IEnumerable<string> prefixes = there
            .Where(key => key.Length > names[0].Length && key.EndsWith(names[0], StringComparison.Ordinal)
                && key[^(names[0].Length + 1)] == '.')
            .Select(key => key[..^names[0].Length])
            .Order(StringComparer.Ordinal)
            .Take(MaxPrefixes);
        return prefixes.FirstOrDefault(prefix => IsMost(names.Count(name => there.Contains(prefix + name)), names.Count));
    }

    private static bool IsMost(int found, int all) => found * 10L >= all * 9L;
}
