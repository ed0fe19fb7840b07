namespace SeGen;

/// <summary>
/// How the names in a checkpoint become a module's: a convention, and rewrites of the file's names that come before it, in the order in
/// which they were added. Immutable; every method returns a new map.
/// </summary>
/// <example>
/// <code>
/// gate.LoadWeights("gate.safetensors", KeyMap.From(Naming.Timm).DropPrefix("module.").Replace("layer4.1.se.", ""));
/// net.LoadWeights("training.safetensors", KeyMap.From(Naming.Timm).KeepPrefix("model_ema."));
/// </code>
/// </example>
public sealed class KeyMap
{
    private readonly Func<string, string?>[] _rewrites;
    private readonly string _text;

    private KeyMap(Naming naming, Func<string, string?>[] rewrites, string text)
    {
        (Naming, _rewrites, _text) = (naming, rewrites, text);
    }

    /// <summary>The convention of the names inside blocks.</summary>
    public Naming Naming { get; }

    /// <summary>A map that translates from a convention and rewrites nothing.</summary>
    public static KeyMap From(Naming naming) => new(naming, [], $"KeyMap.From(Naming.{naming})");

    /// <summary>
    /// Drops prefixes where a name has them, each once and in whatever order they stand: DataParallel's "module.", torch.compile's
    /// "_orig_mod.".
    /// </summary>
    /// <param name="prefixes">The prefixes, with the dot at their end.</param>
    /// <exception cref="ArgumentException">There is none, or one is empty.</exception>
    public KeyMap DropPrefix(params string[] prefixes)
    {
        ArgumentNullException.ThrowIfNull(prefixes);
        if (prefixes.Length == 0 || prefixes.Any(string.IsNullOrEmpty))
            throw new ArgumentException("DropPrefix needs one prefix or more, none of them empty.", nameof(prefixes));

        string[] own = [.. prefixes];
        return Then(key => Drop(key, own), $".DropPrefix({string.Join(", ", own.Select(Quote))})");
    }

    /// <summary>
    /// Takes only the names with a prefix, and drops it from them; the others are left out of the load, as those of the optimizer beside
    /// "model." or of the plain weights beside "model_ema.". <see cref="LoadReport.Ignored"/> lists them.
    /// </summary>
    /// <param name="prefix">The prefix, with the dot at its end.</param>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public KeyMap KeepPrefix(string prefix)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        return Then(key => key.StartsWith(prefix, StringComparison.Ordinal) ? key[prefix.Length..] : null, $".KeepPrefix({Quote(prefix)})");
    }

    /// <summary>Replaces every occurrence of a text in a name.</summary>
    /// <param name="from">The text, not empty.</param>
    /// <param name="to">What stands there instead.</param>
    public KeyMap Replace(string from, string to)
    {
        ArgumentException.ThrowIfNullOrEmpty(from);
        ArgumentNullException.ThrowIfNull(to);
        return Then(key => key.Replace(from, to, StringComparison.Ordinal), $".Replace({Quote(from)}, {Quote(to)})");
    }

    /// <summary>The map as it would be written in C#.</summary>
    public override string ToString() => _text;

    /// <summary>Whether it translates and rewrites nothing.</summary>
    internal bool IsPlain => _rewrites.Length == 0;

    /// <summary>A name of the file as the module's, or null where the map leaves it out.</summary>
    internal string? Rewrite(string key)
    {
        string? rewritten = key;
        for (int i = 0; i < _rewrites.Length && rewritten is not null; i++)
            rewritten = _rewrites[i](rewritten);

        return rewritten;
    }

    private static string Drop(string key, string[] prefixes)
    {
        int start = 0, left = prefixes.Length;
        bool[] dropped = new bool[prefixes.Length];
        for (int i = 0; i < prefixes.Length; i++)
        {
            if (dropped[i] || !key.AsSpan(start).StartsWith(prefixes[i], StringComparison.Ordinal))
                continue;

            dropped[i] = true;
            start += prefixes[i].Length;
            if (--left == 0)
                break;

            // One that stands behind it may have been asked for before it.
            i = -1;
        }

        return key[start..];
    }

    private static string Quote(string text)
        => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private KeyMap Then(Func<string, string?> rewrite, string text) => new(Naming, [.. _rewrites, rewrite], _text + text);
}
