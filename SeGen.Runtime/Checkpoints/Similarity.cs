namespace SeGen;

/// <summary>Finds the name that somebody probably meant.</summary>
internal static class Similarity
{
    // A message is for a person: with more candidates than this nobody is helped by a guess.
    private const int MaxCandidates = 1000;

    /// <summary>The candidate with the fewest edits, or null where none is near: at most half of the name's letters differ.</summary>
    public static string? Closest(string name, IReadOnlyList<string> candidates)
    {
        (string? closest, int least) = (null, name.Length / 2 + 1);
        foreach (string candidate in candidates.Take(MaxCandidates))
        {
            // Every letter more or less is an edit: a name of a hostile length costs nothing here.
            if (Math.Abs(name.Length - candidate.Length) >= least)
                continue;

            int distance = Distance(name, candidate);
            if (distance < least)
                (closest, least) = (candidate, distance);
        }

        return closest;
    }

    /// <summary>Levenshtein's distance: insertions, deletions and replacements from one text to the other.</summary>
    private static int Distance(string a, string b)
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
