using SeGen.Generator.Ptx;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Ptx;

/// <summary>
/// Gradients of the parameters, added to what is there: a thread for each parameter adds up the images in their order, so that there is
/// nothing that several threads add to. dW1 = da z^T, db1 = da, dW2 = dt a^T, db2 = dt, of each image.
/// </summary>
internal static class GateParameterGradients
{
    /// <summary>Its parameters; after them comes the number of images.</summary>
    public static readonly string[] Arrays = ["state", "changes", "gradients"];

    private const int ImagesAtOnce = 8;

    public static void Write(GateContext context)
    {
        PtxWriter writer = context.Writer;
        GateLaunch launch = context.Launch;
        string images = context.Number("images"), end = writer.Label("end"), known = writer.Label("known");
        string parameter = writer.Integer(
            "mad.lo.u32", "parameter", writer.Integer("mov.u32", "block", "%ctaid.x"), Numbers.Text(launch.Threads), context.Thread.Number);
        string isBeyond = writer.Compare("ge.u32", "isBeyond", parameter, Numbers.Text(launch.WeightsLength));
        writer.Line($"@{isBeyond} bra {end}");

        string left = writer.Index("left"), right = writer.Index("right"), columns = writer.Index("columns"), of = writer.Index("ofPart");
        foreach (Part part in Parts(launch))
        {
            string next = writer.Label("not_" + part.Name);
            writer.Phase($"{part.Comment}.");
            if (part.End < launch.WeightsLength)
            {
                string isLater = writer.Compare("ge.u32", "isLater", parameter, Numbers.Text(part.End));
                writer.Line($"@{isLater} bra {next}");
            }

            writer.Line($"sub.u32 {of}, {parameter}, {Numbers.Text(part.Start)}");
            writer.Line($"mov.u32 {columns}, {Numbers.Text(part.Columns)}");
            if (part.Columns > 0)
            {
                writer.Line($"div.u32 {left}, {of}, {Numbers.Text(part.Columns)}");
                writer.Line($"rem.u32 {right}, {of}, {Numbers.Text(part.Columns)}");
                writer.Line($"add.u32 {right}, {right}, {Numbers.Text(part.RightAt)}");
            }
            else
            {
                writer.Line($"mov.u32 {left}, {of}");
                writer.Line($"mov.u32 {right}, 0");
            }

            writer.Line($"add.u32 {left}, {left}, {Numbers.Text(part.LeftAt)}");
            writer.Line($"bra {known}");
            writer.Place(next);
        }

        writer.Place(known);
        Sum(context, images, parameter, left, right, writer.Compare("eq.u32", "isBias", columns, "0"));
        writer.Place(end);
        writer.Line("ret");
    }

    private static void Sum(GateContext context, string images, string parameter, string left, string right, string isBias)
    {
        PtxWriter writer = context.Writer;
        GateLaunch launch = context.Launch;
        writer.Phase("The images, in their order.");
        string sum = writer.Real("mov.f32", "sum", PtxWriter.Constant(0f));
        writer.Loop("image", writer.Integer("mov.u32", "first", "0"), images, Numbers.Text(ImagesAtOnce), image =>
        {
            var loaded = new List<(string Guard, string Left, string Right)>();
            for (int i = 0; i < ImagesAtOnce; i++)
            {
                string n = i == 0 ? image : writer.Integer("add.u32", "n", image, Numbers.Text(i));
                string isThere = writer.Compare("lt.u32", "isThere", n, images), isProduct = writer.Predicate("isProduct");
                string leftAt = writer.Integer("mad.lo.u32", "leftAt", n, Numbers.Text(launch.ChangesOfImage), left);
                string rightAt = writer.Integer("mad.lo.u32", "rightAt", n, Numbers.Text(launch.StateOfImage), right);
                string l = writer.Float("change"), r = writer.Real("mov.f32", "value", PtxWriter.Constant(1f));
                writer.Line($"@{isThere} ld.global.nc.f32 {l}, {writer.Element(context["changes"], leftAt)}");
                writer.Line($"not.pred {isProduct}, {isBias}");
                writer.Line($"and.pred {isProduct}, {isProduct}, {isThere}");
                writer.Line($"@{isProduct} ld.global.nc.f32 {r}, {writer.Element(context["state"], rightAt)}");
                loaded.Add(($"@{isThere} ", l, r));
            }

            foreach ((string guard, string l, string r) in loaded)
                writer.Line($"{guard}fma.rn.f32 {sum}, {l}, {r}, {sum}");
        });
        string place = writer.Element(context["gradients"], parameter);
        string before = writer.Real("ld.global.f32", "before", place);
        writer.Line($"st.global.f32 {place}, {writer.Real("add.rn.f32", "after", before, sum)}");
    }

    /// <summary>Parameters that are computed alike, in the order of a state_dict.</summary>
    private static IEnumerable<Part> Parts(GateLaunch launch)
    {
        int channels = launch.Channels, hidden = launch.Gate.Hidden;
        if (hidden > 0)
            yield return new(
                "reduce_weight", "dW1 = da z^T", GateLaunch.ReduceWeightsAt, launch.ReduceBiasAt, launch.PreactivationGradientAt, channels,
                GateLaunch.SqueezedAt);

        if (hidden > 0 && launch.Gate.HasReduceBias)
            yield return new("reduce_bias", "db1 = da", launch.ReduceBiasAt, launch.ExpandWeightsAt, launch.PreactivationGradientAt, 0, 0);

        if (hidden > 0)
            yield return new(
                "expand_weight", "dW2 = dt a^T", launch.ExpandWeightsAt, launch.ExpandBiasAt, GateLaunch.GateInputGradientAt, hidden,
                launch.HiddenAt);

        if (launch.Gate.HasExpandBias)
            yield return new("expand_bias", "db2 = dt", launch.ExpandBiasAt, launch.WeightsLength, GateLaunch.GateInputGradientAt, 0, 0);
    }

    /// <param name="Name">For labels.</param>
    /// <param name="Comment">The formula.</param>
    /// <param name="Start">The first parameter.</param>
    /// <param name="End">The one behind the last.</param>
    /// <param name="LeftAt">Where the left factor's row begins in an image's changes.</param>
    /// <param name="Columns">Columns of the matrix; 0 for a bias.</param>
    /// <param name="RightAt">Where the right factor begins in an image's state.</param>
    private sealed record Part(string Name, string Comment, int Start, int End, int LeftAt, int Columns, int RightAt);
}
