using SeGen.Generator.Ptx;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Ptx;

/// <summary>
/// The form of one launch: a group of blocks has an image, and when that is done the next one. Each block sums up its chunks and keeps as
/// many as it can in shared memory; the last block of the group to finish computes the dense layers while the others wait; then each
/// finishes its own chunks, the last first. With groups of more than one block all blocks must run at the same time, which a cooperative
/// launch sees to; with a single group it is the whole device that works on an image, and with groups of one block none of them waits.
/// </summary>
internal sealed class GateGroup(GateContext context, GatePass pass)
{
    /// <summary>Parameters beside the arrays: images, blocks of a group, chunks that a block keeps.</summary>
    public static readonly string[] Parameters = ["images", "blocks_of_group", "kept"];

    // Chunks whose warps' sums lie in shared memory before they are added up, so that a block seldom stops loading for it.
    private const int ChunksAtOnce = 32;

    // A group's words lie so far apart that no two share a line of the cache.
    private const int BytesOfGroup = 128, GenerationAt = 64;

    private readonly PtxWriter _writer = context.Writer;
    private readonly GateLaunch _launch = context.Launch;
    private readonly GateReduction _reduction = new(context, pass);

    public void Write()
    {
        string keptPixels = _writer.DynamicShared("kept_pixels");
        string images = context.Number("images"), blocks = context.Number("blocks_of_group"), kept = context.Number("kept");
        _writer.Phase("Blocks of a group are neighbours; groups take images in turn.");
        string block = _writer.Integer("mov.u32", "block", "%ctaid.x");
        string group = _writer.Integer("div.u32", "group", block, blocks), rank = _writer.Integer("rem.u32", "rank", block, blocks);
        string groups = _writer.Integer("div.u32", "groups", _writer.Integer("mov.u32", "allBlocks", "%nctaid.x"), blocks);
        string words = _writer.Wide("mad.wide.u32", "words", group, Numbers.Text(BytesOfGroup), context["tickets"]);
        string last = _writer.Integer("sub.u32", "last", blocks, "1");

        // Chunks rank, rank + blocks, ...: (chunks - rank + blocks - 1) / blocks of them.
        string count = _writer.Integer("sub.u32", "ahead", Numbers.Text(_launch.Chunks - 1), rank);
        _writer.Line($"add.u32 {count}, {count}, {blocks}");
        count = _writer.Integer("div.u32", "count", count, blocks);
        string drawn = _writer.Shared("drawn", 1);
        string places = _writer.Integer(
            "mad.lo.u32", "places", context.Thread.Number, Numbers.Text(4 * _launch.Vector),
            _writer.Integer("mov.u32", "keptPixels", keptPixels));

        _writer.Loop("image", group, images, groups, image =>
        {
            if (_launch.IsWarps)
                Chunks("0", count, rank, blocks, image, kept, places, ofWarps: null);
            else
                Rounds(count, rank, blocks, image, kept, places);

            Dense(image, words, last, drawn);
            Scale(image, count, rank, blocks, kept, places);
        });
        _writer.Line("ret");
    }

    private void Rounds(string count, string rank, string blocks, string image, string kept, string places)
    {
        string array = _reduction.Share(ChunksAtOnce);
        _writer.Loop("first", _writer.Integer("mov.u32", "none", "0"), count, Numbers.Text(ChunksAtOnce), first =>
        {
            string end = _writer.Integer("add.u32", "roundEnd", first, Numbers.Text(ChunksAtOnce));
            _writer.Line($"min.u32 {end}, {end}, {count}");
            Chunks(first, end, rank, blocks, image, kept, places, array);
            _writer.Line("bar.sync 0");

            _writer.Phase("A thread for each of these chunks adds up their warps, in their order.");
            string mine = _writer.Integer("add.u32", "mine", first, context.Thread.Number), added = _writer.Label("added");
            string isBeyond = _writer.Compare("ge.u32", "isBeyond", mine, end);
            _writer.Line($"@{isBeyond} bra {added}");
            string from = _writer.Integer(
                "mad.lo.u32", "from", context.Thread.Number, Numbers.Text(4 * pass.Sums.Count * _reduction.Warps),
                _writer.Integer("mov.u32", "ofWarps", array));
            string[] sums = _reduction.OverWarps(from);
            _reduction.Keep(image, _writer.Integer("mad.lo.u32", "unit", mine, blocks, rank), sums);
            _writer.Place(added);
            _writer.Line("bar.sync 0");
        });
    }

    private void Chunks(string first, string end, string rank, string blocks, string image, string kept, string places, string? ofWarps)
    {
        _writer.Loop("k", _writer.Integer("mov.u32", "firstChunk", first), end, "1", k =>
        {
            _writer.Phase(_launch.IsWarps ? "A chunk: a warp has a channel." : "A chunk: the block has a part of a channel.");
            string chunk = _writer.Integer("mad.lo.u32", "chunk", k, blocks, rank), summed = _writer.Label("summed");
            GateUnit unit = GateUnit.OfChunk(_writer, _launch, context.Thread, image, chunk, summed);
            string place = _writer.Integer("mad.lo.u32", "chunkPlace", k, Numbers.Text(_launch.ChunkBytes), places);
            string isKept = _writer.Compare("lt.u32", "isKept", k, kept);
            var loaded = new List<(int Number, string Guard, string[] Values)>();
            string[] sums = _reduction.OfWarp(unit, isReadOnly: false, (number, guard, values) => loaded.Add((number, guard, values)));

            string notKept = _writer.Label("not_kept");
            _writer.Line($"@!{isKept} bra {notKept}");
            foreach ((int number, string guard, string[] values) in loaded)
                _writer.Line($"{guard}st.shared{unit.Suffix} {PtxPhrases.Place(place, StepBytes * number)}, {GateUnit.Operand(values)}");

            _writer.Place(notKept);
            if (ofWarps is null)
                _writer.OnlyWhereZero(context.Thread.Lane, "kept", () => _reduction.Keep(image, unit.Unit, sums));
            else
                _reduction.StoreOfWarp(ofWarps, _writer.Integer("sub.u32", "ofRound", k, first), sums);

            _writer.Place(summed);
        });
    }

    private int StepBytes => _launch.Threads * _launch.Vector * 4;

    /// <summary>The last block of a group computes the dense layers; the others wait for the group's next generation.</summary>
    private void Dense(string image, string words, string last, string drawn)
    {
        string waits = _writer.Label("waits"), known = _writer.Label("gates_known"), generation = _writer.Index("generation");
        _writer.Line("bar.sync 0");
        _writer.Phase("The last of the group's blocks goes on; what the others wrote is visible to it.");
        GateTicket.OnlyLast(context, drawn, last, waits, () =>
        {
            // The generation cannot change before this block has drawn.
            _writer.Line($"ld.relaxed.gpu.global.u32 {generation}, [{words}+{Numbers.Text(GenerationAt)}]");
            return $"[{words}]";
        });
        pass.Dense(image);
        _writer.Line("bar.sync 0");
        _writer.OnlyWhereZero(context.Thread.Number, "released", () =>
        {
            string next = _writer.Integer("add.u32", "next", generation, "1");
            _writer.Line("fence.acq_rel.gpu");
            _writer.Line($"st.relaxed.gpu.global.u32 [{words}+{Numbers.Text(GenerationAt)}], {next}");
        });
        _writer.Line($"bra {known}");

        _writer.Place(waits);
        _writer.OnlyWhereZero(context.Thread.Number, "waited", () =>
        {
            string again = _writer.Label("not_yet"), seen = _writer.Index("seen"), isSame = _writer.Predicate("isSame");
            _writer.Place(again);
            _writer.Line($"ld.relaxed.gpu.global.u32 {seen}, [{words}+{Numbers.Text(GenerationAt)}]");
            _writer.Line($"setp.eq.u32 {isSame}, {seen}, {generation}");
            _writer.Line($"@{isSame} bra {again}");
            _writer.Line("fence.acq_rel.gpu");
        });
        _writer.Place(known);
        _writer.Line("bar.sync 0");
    }

    /// <summary>The second pass: the chunks that were summed last first, each thread the vectors that it has loaded itself.</summary>
    private void Scale(string image, string count, string rank, string blocks, string kept, string places)
    {
        _writer.Loop("behind", _writer.Integer("mov.u32", "none", "0"), count, "1", behind =>
        {
            _writer.Phase("A chunk's result: the last one first.");
            string k = _writer.Integer("sub.u32", "k", count, behind), scaled = _writer.Label("scaled");
            _writer.Line($"sub.u32 {k}, {k}, 1");
            string chunk = _writer.Integer("mad.lo.u32", "chunk", k, blocks, rank);
            GateUnit unit = GateUnit.OfChunk(_writer, _launch, context.Thread, image, chunk, scaled);
            string place = _writer.Integer("mad.lo.u32", "chunkPlace", k, Numbers.Text(_launch.ChunkBytes), places);
            string[] factors = pass.LoadFactors(image, unit.Channel);
            string[] from = [.. pass.FinishStreams.Select(stream => unit.AddressIn(context[stream]))];
            string to = unit.AddressIn(context[pass.Result]);
            var vectors = new List<(string Guard, int Offset, string[][] Values)>();
            int lastStream = from.Length - 1;
            unit.EachVector(
                (_, offset, guard) => (guard, offset, pass.FinishStreams.Select(stream => unit.Vector(stream)).ToArray()),
                (_, _, _, vector) => vectors.Add(vector),
                _ => { });

            string isKept =
                _writer.Compare("lt.u32", "isKept", k, kept), fromMemory = _writer.Label("from_memory"), loaded = _writer.Label("loaded");
            foreach ((string guard, int offset, string[][] values) in vectors)
            {
                for (int s = 0; s < lastStream; s++)
                    _writer.Line($"{guard}ld.global{unit.Suffix} {GateUnit.Operand(values[s])}, {PtxPhrases.Place(from[s], offset)}");
            }

            _writer.Line($"@!{isKept} bra {fromMemory}");
            for (int i = 0; i < vectors.Count; i++)
                _writer.Line($"{vectors[i].Guard}ld.shared{unit.Suffix} {GateUnit.Operand(vectors[i].Values[lastStream])}, "
                    + $"{PtxPhrases.Place(place, StepBytes * i)}");

            _writer.Line($"bra {loaded}");
            _writer.Place(fromMemory);
            foreach ((string guard, int offset, string[][] values) in vectors)
                _writer.Line($"{guard}ld.global{unit.Suffix} {GateUnit.Operand(values[lastStream])}, "
                    + $"{PtxPhrases.Place(from[lastStream], offset)}");

            _writer.Place(loaded);
            foreach ((string guard, int offset, string[][] values) in vectors)
                pass.FinishVector(guard, values, factors, PtxPhrases.Place(to, offset));

            _writer.Place(scaled);
        });
    }
}
