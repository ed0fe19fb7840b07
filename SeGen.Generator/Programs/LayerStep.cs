using SeGen.Generator.Ir;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs.Gpu;
using SeGen.Generator.Programs.Training;
using SeGen.Generator.Ptx;

namespace SeGen.Generator.Programs;

/// <summary>
/// A step with all its faces: what it is called and costs, what it runs in inference, in training and on a GPU. A layer without one of them
/// does not compile.
/// </summary>
internal abstract record LayerStep(int Output, int Layer) : Step(Output, Layer)
{
    /// <summary>The layer's name, for tables, comments and observers.</summary>
    public abstract string NameOf(NetworkSpec spec);

    /// <summary>What is computed: "conv 3x3, bn, relu".</summary>
    public abstract string Kind { get; }

    /// <summary>What comments in training code call it.</summary>
    public virtual string TrainingNameOf(NetworkSpec spec) => NameOf(spec);

    /// <summary>Values of its parameters.</summary>
    public virtual long ParameterCount => 0;

    /// <summary>Multiply-adds of convolutions and dense layers as they are counted everywhere: of the direct form.</summary>
    public virtual long MultiplyAddsOf(Graph graph) => 0;

    /// <summary>What it applies last.</summary>
    public virtual Activation Activates => Activation.Identity;

    /// <summary>Whether it computes the factors of a gate.</summary>
    public virtual bool IsGate => false;

    /// <summary>Whether training changes parameters of it.</summary>
    public virtual bool HasParameters => false;

    /// <summary>Floats of its output where that is no tensor but a gate's scratch; 0 where it is a tensor.</summary>
    public virtual int ScratchLength(bool isTraining) => 0;

    /// <summary>Where in its output's buffer the value begins.</summary>
    public virtual int OutputAt(bool isTraining) => 0;

    /// <summary>Zeros that its way back reads around the output's gradient.</summary>
    public virtual int GradientBorder => 0;

    /// <summary>Parts of the map of which it leaves sums, where the size is fixed.</summary>
    public virtual int Bands(NetworkPlanner planner) => throw new InvalidOperationException($"{this} leaves no sums.");

    /// <summary>Whether it can run together with the next step, some channels at a time.</summary>
    public virtual bool CanJoin(NetworkPlanner planner, LayerStep next) => false;

    /// <summary>The phase in which it runs together with the next step.</summary>
    public virtual Phase Join(Phase own, Phase next) => throw new InvalidOperationException($"{this} does not join another step.");

    /// <summary>Its calls in inference.</summary>
    public abstract void Infer(StepProgram program);

    /// <summary>Its calls on the way forward of training.</summary>
    public abstract void Train(TrainingBuilder program, int index);

    /// <summary>Its calls on the way back.</summary>
    public abstract void TrainBack(TrainingBuilder program, int index);

    /// <summary>Its line of the network's file for GPUs.</summary>
    public abstract void WriteGpu(GpuWriter net);

    /// <summary>The kernels that it needs in inference on a GPU.</summary>
    public abstract void AddKernels(KernelSet kernels, GpuPlan plan);

    /// <summary>The kernels that it needs in training on a GPU.</summary>
    public abstract void AddTrainingKernels(KernelSet kernels, GpuPlan plan);
}
