using System.Globalization;
using System.Numerics;
using System.Text;

namespace SeGen.Tests.Checkpoints;

/// <summary>
/// A header as tokens of JSON, so that it can be broken piece by piece and stays JSON, with an own judgement of whether it is sound.
/// </summary>
internal sealed class SafeTensorsMutant
{
    private static readonly Dictionary<string, int> Sizes =
        new[] { ("BOOL U8 I8 F8_E5M2", 1), ("I16 U16 F16 BF16", 2), ("I32 U32 F32", 4), ("F64 I64 U64 C64", 8) }
            .SelectMany(group => group.Item1.Split(' ').Select(type => (type, group.Item2)))
            .ToDictionary(StringComparer.Ordinal);

    public static IReadOnlyList<string> Types { get; } = [.. Sizes.Keys];

    public List<Tensor> Tensors { get; } = [];

    /// <summary>The value of __metadata__ as JSON; null for none.</summary>
    public string? Metadata { get; set; }

    public bool MetadataIsSound { get; set; } = true;

    public string Around { get; set; } = "";

    public int DataLength { get; set; }

    /// <summary>Gives the tensors consistent offsets in their order, and the file as many bytes.</summary>
    public void LayOut()
    {
        int at = 0;
        foreach (Tensor tensor in Tensors)
        {
            if (tensor.Needed() is not { } needed || needed > 4096 || at + needed > 16384)
                continue;

            tensor.Offsets = [Text(at), Text(at += (int)needed)];
        }

        DataLength = at;
    }

    public byte[] Bytes()
    {
        var header = new StringBuilder(Around).Append('{');
        if (Metadata is not null)
            header.Append("\"__metadata__\":").Append(Metadata).Append(Tensors.Count > 0 ? "," : "");

        header.AppendJoin(',', Tensors.Select(t => $"{t.NameToken}:{{{string.Join(',', t.Properties())}}}"));
        byte[] data = new byte[DataLength];
        for (int i = 0; i < data.Length; i++)
            data[i] = (byte)(i * 31);

        return SafeTensorsBytes.Of(Encoding.UTF8.GetBytes(header.Append('}').Append(Around).ToString()), data);
    }

    /// <summary>The format's rules, written down a second time: the reader must accept exactly what this does.</summary>
    public bool IsSound()
    {
        if (!MetadataIsSound || Tensors.Any(t => t.Name is null || t.Seen() is null))
            return false;

        if (Tensors.Select(t => t.Name).Distinct(StringComparer.Ordinal).Count() < Tensors.Count || Tensors.Any(t => t.Name == "__metadata__"))
            return false;

        var ranges = new List<(long Begin, long End)>();
        foreach (Tensor tensor in Tensors.Select(t => t.Seen()!))
        {
            if (tensor.Needed() is not { } needed || tensor.Offsets.Count != 2)
                return false;

            if (Number(tensor.Offsets[0]) is not { } begin || Number(tensor.Offsets[1]) is not { } end || end - begin != needed)
                return false;

            ranges.Add((begin, end));
        }

        long at = 0;
        foreach ((long begin, long end) in ranges.Order())
        {
            if (begin != at)
                return false;

            at = end;
        }

        return at == DataLength;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static long? Number(string token)
        => token.All(char.IsAsciiDigit) && BigInteger.Parse(token, CultureInfo.InvariantCulture) is var value && value <= long.MaxValue ? (long)value : null;

    /// <summary>One entry; Name is null where the token is no text.</summary>
    internal sealed record Tensor
    {
        public required string NameToken { get; set; }

        public required string? Name { get; set; }

        public required string TypeToken { get; set; }

        public required List<string> Shape { get; set; }

        public List<string> Offsets { get; set; } = ["0", "0"];

        /// <summary>One property too many, or "".</summary>
        public string Extra { get; set; } = "";

        /// <summary>Which property is left out, or -1.</summary>
        public int Dropped { get; set; } = -1;

        public Tensor Copy() => this with { Shape = [.. Shape], Offsets = [.. Offsets] };

        public IEnumerable<string> Properties()
        {
            string[] all = [$"\"dtype\":{TypeToken}", $"\"shape\":[{string.Join(',', Shape)}]", $"\"data_offsets\":[{string.Join(',', Offsets)}]"];
            return all.Where((_, i) => i != Dropped).Concat(Extra.Length > 0 ? [Extra] : []);
        }

        /// <summary>What a reader sees; null where a property is missing, unknown or there twice. An extra one may be the one left out.</summary>
        public Tensor? Seen() => (Dropped, Extra) switch
        {
            (-1, "") => this,
            (0, "\"dtype\":\"F32\"") => this with { TypeToken = "\"F32\"" },
            (1, "\"shap\\u0065\":[]") => this with { Shape = [] },
            (2, "\"data_offsets\":[0,0]") => this with { Offsets = ["0", "0"] },
            _ => null,
        };

        /// <summary>The bytes that type and shape ask for; null where they are faulty or too many to count.</summary>
        public long? Needed()
        {
            if (!Sizes.TryGetValue(TypeToken.Trim('"'), out int size) || Shape.Count > 64)
                return null;

            BigInteger bytes = size;
            foreach (string token in Shape)
            {
                if (Number(token) is not { } factor || (bytes *= factor) > long.MaxValue)
                    return null;
            }

            return (long)bytes;
        }
    }
}
