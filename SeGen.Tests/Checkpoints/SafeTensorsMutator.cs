namespace SeGen.Tests.Checkpoints;

/// <summary>Makes mutants of the gate's file: by editing the structure of its header, or its bytes.</summary>
internal sealed class SafeTensorsMutator(int seed)
{
    private static readonly string[] Numbers =
    [
        "0", "1", "2", "3", "4", "7", "8", "24", "120", "1064", "2147483648", "4294967296", "4611686018427387904", "9223372036854775807",
        "9223372036854775808", "18446744073709551615", "340282366920938463463374607431768211456", "-0", "-1", "1e3", "1.0", "1E-2", "null", "true",
        "\"4\"", "[4]", "{}", "[[[[[[[[[[]]]]]]]]]]",
    ];

    // The last name of a pair is what the token says, null where it says nothing.
    private static readonly (string Token, string? Name)[] Names =
    [
        ("\"\"", ""), ("\"a\"", "a"), ("\"\\u0061\"", "a"), ("\"fc1.\\u0077eight\"", "fc1.weight"), ("\"fc2.bias\"", "fc2.bias"), ("\"\\ud800\"", null),
        ("\"x\\udc00\"", null), ("\"\\ud83d\\ude00\"", "\U0001F600"), ("\"__metadata__\"", "__metadata__"), ("\"__metadata_\\u005f\"", "__metadata__"),
        ("\"" + new string('n', 500) + "\"", new string('n', 500)), ("\"\\\"\\\\\\n\"", "\"\\\n"),
    ];

    private static readonly string[] Extras =
        ["\"dtype\":\"F32\"", "\"shap\\u0065\":[]", "\"data_offsets\":[0,0]", "\"x\":1", "\"\\ud800\":1", "\"\":{\"a\":[[1]]}", "\"Shape\":[]"];

    private static readonly (string Json, bool IsSound)[] Metadatas =
    [
        ("{}", true), ("{\"format\":\"pt\"}", true), ("{\"a\":\"\\u00e4\",\"b\":\"\"}", true), ("null", false), ("[]", false), ("\"pt\"", false),
        ("{\"a\":1}", false), ("{\"a\":null}", false), ("{\"a\":\"\",\"\\u0061\":\"\"}", false), ("{\"\\ud800\":\"\"}", false), ("{\"a\":\"\\udfff\"}", false),
        ("{\"a\":{\"b\":\"c\"}}", false),
    ];

    private readonly Random _random = new(seed);

    /// <summary>One to four edits; half of the time the tensors are laid out anew after them, so that many mutants are sound.</summary>
    public SafeTensorsMutant Structural()
    {
        SafeTensorsMutant mutant = Gate();
        for (int edits = _random.Next(1, 5); edits > 0; edits--)
            Edit(mutant);

        if (_random.Next(2) == 0)
            mutant.LayOut();

        if (_random.Next(10) == 0)
            mutant.DataLength = Math.Max(0, mutant.DataLength + _random.Next(-4, 5));

        return mutant;
    }

    /// <summary>One to four bytes changed, put in or taken out, half of the time in the header, and now and then a new length before it.</summary>
    public byte[] Bytewise()
    {
        List<byte> bytes = [.. Gate().Bytes()];
        for (int edits = _random.Next(1, 5); edits > 0 && bytes.Count > 0; edits--)
        {
            int at = _random.Next(_random.Next(2) == 0 ? bytes.Count : Math.Min(bytes.Count, 300));
            switch (_random.Next(6))
            {
                case 0: bytes[at] = (byte)_random.Next(256); break;
                case 1: bytes[at] ^= (byte)(1 << _random.Next(8)); break;
                case 2: bytes.Insert(at, (byte)"{}[]\",:0129 \\u"[_random.Next(14)]); break;
                case 3: bytes.RemoveAt(at); break;
                case 4: bytes[_random.Next(Math.Min(8, bytes.Count))] = (byte)_random.Next(256); break;
                default:
                    if (_random.Next(4) == 0)
                        bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }

    private static SafeTensorsMutant Gate()
    {
        var mutant = new SafeTensorsMutant { Metadata = "{\"format\":\"pt\"}" };
        (string Name, string[] Shape)[] tensors = [("fc1.weight", ["6", "20"]), ("fc1.bias", ["6"]), ("fc2.weight", ["20", "6"]), ("fc2.bias", ["20"])];
        foreach ((string name, string[] shape) in tensors)
            mutant.Tensors.Add(new() { NameToken = $"\"{name}\"", Name = name, TypeToken = "\"F32\"", Shape = [.. shape] });

        mutant.LayOut();
        return mutant;
    }

    private void Edit(SafeTensorsMutant mutant)
    {
        if (mutant.Tensors.Count == 0)
            return;

        SafeTensorsMutant.Tensor tensor = Pick(mutant.Tensors);
        switch (_random.Next(16))
        {
            case 0 or 1: tensor.TypeToken = $"\"{Pick(SafeTensorsMutant.Types)}\""; break;
            case 2: tensor.TypeToken = Pick(["\"F8_E5M2\"", "\"f32\"", "\"\"", "32", "null", "[\"F32\"]", "\"\\ud800\""]); break;
            case 3: tensor.Shape.Insert(_random.Next(tensor.Shape.Count + 1), Pick(Numbers)); break;
            case 4: tensor.Shape.Insert(_random.Next(tensor.Shape.Count + 1), Pick(["0", "1", "1", "2"])); break;
            case 5: Drop(tensor.Shape); break;
            case 6 when tensor.Shape.Count > 0: tensor.Shape[_random.Next(tensor.Shape.Count)] = Pick(Numbers); break;
            case 7 when tensor.Offsets.Count > 0: tensor.Offsets[_random.Next(tensor.Offsets.Count)] = Pick(Numbers); break;
            case 8: tensor.Offsets = [.. Pick(mutant.Tensors).Offsets]; break;
            case 9: tensor.Offsets.Reverse(); break;
            case 10 when _random.Next(2) == 0: Drop(tensor.Offsets); break;
            case 11: (tensor.NameToken, tensor.Name) = Pick(Names); break;
            case 12: mutant.Tensors.Insert(_random.Next(mutant.Tensors.Count + 1), tensor.Copy()); break;
            case 13: mutant.Tensors.RemoveAt(_random.Next(mutant.Tensors.Count)); break;
            case 14 when _random.Next(4) == 0: tensor.Extra = Pick(Extras); break;
            case 14 when _random.Next(3) == 0: tensor.Dropped = _random.Next(3); break;
            case 15: (mutant.Metadata, mutant.MetadataIsSound) = Pick(Metadatas); break;
            default: mutant.Around = Pick(["", " ", "\t\r\n", "        "]); break;
        }
    }

    private void Drop(List<string> tokens)
    {
        if (tokens.Count > 0)
            tokens.RemoveAt(_random.Next(tokens.Count));
    }

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];
}
