using SeGen.Generator.Ir;
using SeGen.Generator.Planning;
using SeGen.Generator.Text;

namespace SeGen.Generator.Writing;

/// <summary>
/// Where sizes come at run time: fields for the sizes of all values and the places of slots in the arena, and the method that works them
/// out.
/// </summary>
/// <param name="Graph">The network.</param>
/// <param name="Slots">How many slots there are.</param>
/// <param name="Buffers">The buffers, each with its slot.</param>
internal sealed record SlotLayout(Graph Graph, int Slots, IReadOnlyList<ArenaBuffer> Buffers)
{
    public static string Size(int size) => $"_size{Numbers.Text(size)}";

    public static string Slot(long slot) => $"_slot{Numbers.Text(slot)}";

    public void Fields(SourceWriter writer)
    {
        writer.Line($"private MapSize {string.Join(", ", Enumerable.Range(0, Graph.Sizes.Count).Select(Size))};");
        writer.Line($"private long {string.Join(", ", Enumerable.Range(0, Slots).Select(s => Slot(s)))};");
    }

    /// <param name="writer">Where to.</param>
    /// <param name="length">The floats of a buffer as an expression.</param>
    /// <param name="reserve">The method that makes room for all slots.</param>
    public void Method(SourceWriter writer, Func<ArenaBuffer, string> length, string reserve)
    {
        writer.Blank();
        writer.Line("// The sizes of all values, and slots that hold the largest of those that share them.");
        using (writer.Block("private void Layout()"))
        {
            writer.Line($"{Size(0)} = new MapSize((nuint)Height, (nuint)Width);");
            for (int i = 1; i < Graph.Sizes.Count; i++)
            {
                SizeRule rule = Graph.Sizes[i];
                writer.Line(rule.IsFixed
                    ? $"{Size(i)} = new MapSize({Numbers.Text(rule.Height)}, {Numbers.Text(rule.Width)});"
                    : $"{Size(i)} = {NetworkDefinitionEmitter.Slide(rule, Size(rule.From))};");
            }

            writer.Line("long end = 0;");
            for (int slot = 0; slot < Slots; slot++)
            {
                writer.Line($"{Slot(slot)} = end;");
                writer.Line("end = Slot(end, 0);");
                foreach (string floats in Buffers.Where(b => b.Offset == slot).Select(length).Distinct())
                    writer.Line($"end = Math.Max(end, Slot({Slot(slot)}, {floats}));");
            }

            writer.Line($"{reserve}(end);");
        }
    }
}
