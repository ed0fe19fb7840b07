using SeGen.Generator.Model;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Alone;

/// <summary>Writes what the kernels are, once as an interface with their formulas, and then for every vector width.</summary>
internal static class KernelsEmitter
{
    public static void Emit(SourceWriter writer, SEBlockPlan plan)
    {
        writer.Blank();
        writer.Line("/// <summary>");
        writer.Line("/// What is computed for one image. Tensors are [C, H, W]; scratch holds the image's vectors at the offsets above. "
            + "Each width has a");
        writer.Line("/// struct with all kernels, and the one that the hardware has is chosen once, by a type argument.");
        writer.Line("/// </summary>");
        using (writer.Block("private interface IKernels"))
        {
            if (SqueezeOp.IsIn(plan))
                SqueezeOp.Declare(writer, plan);

            ExciteOp.Declare(writer, plan);
            ScaleOp.Declare(writer, plan);
            if (ScaleAndSqueezeOp.IsIn(plan))
                ScaleAndSqueezeOp.Declare(writer);

            if (plan.Trains && plan.HasMaximum)
                MaximumSqueeze.DeclareTies(writer, plan);

            if (plan.Trains)
                ExciteGradientOp.Declare(writer, plan);

            if (ParameterGradientOp.IsIn(plan))
                ParameterGradientOp.Declare(writer);
        }

        foreach (VectorWidth width in VectorWidth.All)
            EmitWidth(new Kernel(writer, plan, width));

        EmitScalar(writer, plan);
    }

    private static void EmitWidth(Kernel kernel)
    {
        kernel.Writer.Blank();
        kernel.Writer.Line($"/// <summary>The kernels with vectors of {kernel.Lanes} floats.</summary>");
        using (kernel.Writer.Block($"private readonly struct {kernel.Width.Kernels} : IKernels"))
        {
            if (SqueezeOp.IsIn(kernel.Plan))
                SqueezeOp.Emit(kernel);

            ExciteOp.Emit(kernel);
            ScaleOp.Emit(kernel);
            if (ScaleAndSqueezeOp.IsIn(kernel.Plan))
                ScaleAndSqueezeOp.Emit(kernel);

            if (kernel.Plan.Trains && kernel.Plan.HasMaximum)
                MaximumSqueeze.EmitTies(kernel);

            if (kernel.Plan.Trains)
                ExciteGradientOp.Emit(kernel);

            if (ParameterGradientOp.IsIn(kernel.Plan))
                ParameterGradientOp.Emit(kernel);
        }
    }

    private static void EmitScalar(SourceWriter writer, SEBlockPlan plan)
    {
        writer.Blank();
        writer.Line("/// <summary>The kernels without vectors: where there are none, and for channels shorter than one.</summary>");
        using (writer.Block($"private readonly struct {VectorWidth.ScalarKernels} : IKernels"))
        {
            if (SqueezeOp.IsIn(plan))
                SqueezeOp.EmitScalar(writer, plan);

            ExciteOp.EmitScalar(writer, plan);
            ScaleOp.EmitScalar(writer, plan);
            if (ScaleAndSqueezeOp.IsIn(plan))
                ScaleAndSqueezeOp.EmitScalar(writer);

            if (plan.Trains && plan.HasMaximum)
                MaximumSqueeze.EmitScalarTies(writer, plan);

            if (plan.Trains)
                ExciteGradientOp.EmitScalar(writer, plan);

            if (ParameterGradientOp.IsIn(plan))
                ParameterGradientOp.EmitScalar(writer, plan);
        }
    }
}
