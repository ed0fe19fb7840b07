namespace SeGen;

/// <summary>
/// How the names in a checkpoint become a module's: a convention, and rewrites of the file's names that come before it. Immutable;
/// every method returns a new map.
/// </summary>
/// <example>
/// <code>
/// gate.LoadWeights("gate.safetensors", KeyMap.From(Naming.Timm).DropPrefix("module.").Replace("layer4.1.se.", ""));
/// </code>
/// </example>
public sealed class KeyMap
{
    private readonly Func<string, string>[] _rewrites;

    private KeyMap(Naming naming, Func<string, string>[] rewrites)
    {
        Naming = naming;
        _rewrites = rewrites;
    }

    /// <summary>The convention of the names inside blocks.</summary>
    public Naming Naming { get; }

    /// <summary>A map that translates from a convention and rewrites nothing.</summary>
    public static KeyMap From(Naming naming) => new(naming, []);

    /// <summary>Drops a prefix where a name has it, as DataParallel's "module.".</summary>
    public KeyMap DropPrefix(string prefix)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        return Then(key => key.StartsWith(prefix, StringComparison.Ordinal) ? key[prefix.Length..] : key);
    }

    /// <summary>Replaces every occurrence of a text in a name.</summary>
    public KeyMap Replace(string from, string to)
    {
        ArgumentException.ThrowIfNullOrEmpty(from);
        ArgumentNullException.ThrowIfNull(to);
        return Then(key => key.Replace(from, to, StringComparison.Ordinal));
    }

    internal string Rewrite(string key)
    {
        foreach (Func<string, string> rewrite in _rewrites)
            key = rewrite(key);

        return key;
    }

    private KeyMap Then(Func<string, string> rewrite) => new(Naming, [.. _rewrites, rewrite]);
}
