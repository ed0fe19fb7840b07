namespace SeGen.Tests.Ptx;

/// <summary>
/// The shared memory of a block, and for each word whether it was written and who touched it since the last barrier: two threads, of which one
/// writes, are a race, for nothing orders them.
/// </summary>
internal sealed class PtxShared(int bytes)
{
    private const int None = -1, Many = -2;

    private readonly uint[] _words = new uint[(bytes + 3) / 4];
    private readonly bool[] _written = new bool[(bytes + 3) / 4];
    private readonly (int Epoch, int Writer, int Reader)[] _touched = new (int, int, int)[(bytes + 3) / 4];
    private int _epoch = 1;

    public void Barrier() => _epoch++;

    public void Load(int thread, ulong at, Span<ulong> values, int words)
    {
        int first = Place(at, values.Length * words);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = 0;
            for (int w = 0; w < words; w++)
            {
                int word = first + i * words + w;
                if (!_written[word])
                    throw new PtxFaultException($"shared memory at {word * 4} was never written");

                (int writer, int reader) = Touched(word);
                if (writer != None && writer != thread)
                    throw new PtxFaultException($"race on shared memory at {word * 4}: thread {writer} has written it since the last barrier");

                _touched[word] = (_epoch, writer, reader == None || reader == thread ? thread : Many);
                values[i] |= (ulong)_words[word] << (32 * w);
            }
        }
    }

    public void Store(int thread, ulong at, ReadOnlySpan<ulong> values, int words)
    {
        int first = Place(at, values.Length * words);
        for (int i = 0; i < values.Length; i++)
        {
            for (int w = 0; w < words; w++)
            {
                int word = first + i * words + w;
                (int writer, int reader) = Touched(word);
                if ((writer != None && writer != thread) || (reader != None && reader != thread))
                    throw new PtxFaultException($"race on shared memory at {word * 4}: {(writer != None && writer != thread ? $"thread {writer} has written" : reader == Many ? "several threads have read" : $"thread {reader} has read")} it since the last barrier");

                _touched[word] = (_epoch, thread, reader);
                _written[word] = true;
                _words[word] = (uint)(values[i] >> (32 * w));
            }
        }
    }

    private (int Writer, int Reader) Touched(int word)
    {
        (int epoch, int writer, int reader) = _touched[word];
        return epoch == _epoch ? (writer, reader) : (None, None);
    }

    private int Place(ulong at, int words)
    {
        if (at % (ulong)(words * 4) != 0)
            throw new PtxFaultException($"address {at} of shared memory is not a multiple of {words * 4}");

        return at + (ulong)(words * 4) <= (ulong)bytes ? (int)(at / 4) : throw new PtxFaultException($"address {at} lies beyond the {bytes} bytes of shared memory");
    }
}
