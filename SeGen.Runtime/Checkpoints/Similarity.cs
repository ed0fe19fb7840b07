namespace SeGen;

/// <summary>Finds the name that somebody probably meant.</summary>
internal static class Similarity
{
    // A message is for a person: with more candidates than this nobody is helped by a guess.
    private const int MaxCandidates = 1000;

    /// <summary>
    /// The candidate with the fewest edits, or null where none is near: it has as many parts between its dots, or one more or less, its
    /// last part differs by two letters at most, and all of it by a third.
    /// </summary>
    public static string? Closest(string name, IReadOnlyList<string> candidates)
    {
        (string? closest, int least) = (null, name.Length / 3 + 1);
        foreach (string candidate in candidates.Take(MaxCandidates))
        {
            // Every letter more or less is an edit: a name of a hostile length costs nothing here.
            if (Math.Abs(name.Length - candidate.Length) >= least || Math.Abs(Parts(name) - Parts(candidate)) > 1
                || Distance(Last(name), Last(candidate)) > 2)
                continue;

            int distance = Distance(name, candidate);
            if (distance < least)
                (closest, least) = (candidate, distance);
        }

        return closest;
    }

    private static int Parts(string name) => name.AsSpan().Count('.');

    private static ReadOnlySpan<char> Last(string name) => name.AsSpan(name.LastIndexOf('.') + 1);

    /// <summary>Levenshtein's distance: insertions, deletions and replacements from one text to the other.</summary>
    private static int Distance(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        int[] row = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
            row[j] = j;

        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
