using System.Numerics.Tensors;

namespace SeGen;

/// <summary>
/// What every generated module can do. Tensors are NCHW in row-major order: [N, C, H, W] with N the batch, C the channels, H and W
/// the pixels. Inference may run on several threads at once on one instance; training may not.
/// </summary>
public interface IModule
{
    /// <summary>The weights, shared by all instances that <c>ShareWeights</c> made.</summary>
    ParameterSet Parameters { get; }

    /// <summary>
    /// Whether training uses the running statistics of batch norm and leaves them alone, for fine-tuning. Without batch norm in the
    /// module it has no effect.
    /// </summary>
    bool FreezeStatistics { get; set; }

    /// <summary>The most threads a call uses, the caller's included; 0 stands for <see cref="SeGenThreads.Degree"/>. Results do not depend on it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set below 0 or above <see cref="SeGenThreads.Maximum"/>.</exception>
    int Threads { get; set; }

    /// <summary>
    /// What the masks of dropout are drawn from in the next <c>ForwardTraining</c>, which raises it by one. The same seed gives the same masks
    /// on any machine; instances that share weights and train on parts of one batch need seeds of their own. Without dropout in the module it
    /// has no effect.
    /// </summary>
    long DropoutSeed { get; set; }

    /// <summary>
    /// Makes everything ready that the first inference would else have to: weights in the form in which the kernels read them, on all threads,
    /// and the calling thread's scratch.
    /// </summary>
    /// <param name="releaseParameters">
    /// Whether the parameters' own values are given up, since inference reads the packed ones only: half of the memory or more. They can then
    /// neither be read, written, saved nor trained, in this instance and in those that share its weights.
    /// </param>
    /// <returns>How long it took; next to nothing where the weights have been packed already.</returns>
    TimeSpan Prepare(bool releaseParameters = false);

    /// <summary>Inference at the declared height and width.</summary>
    /// <param name="input">[N, C, H, W]; N = input.Length / (C * H * W), any number: more than MaxBatch run in slices.</param>
    /// <param name="output">The output's elements, as many images as the input has.</param>
    /// <exception cref="ArgumentException">A length does not fit, or the spans overlap where the module does not allow it.</exception>
    /// <exception cref="InvalidOperationException">The declaration does not fix height and width.</exception>
    void Forward(ReadOnlySpan<float> input, Span<float> output);

    /// <summary>Inference at a height and width given at run time; where the declaration fixes them, they must match.</summary>
    /// <param name="input">[N, C, height, width].</param>
    /// <param name="output">The output's elements, as many images as the input has.</param>
    /// <param name="height">Height of the input in pixels.</param>
    /// <param name="width">Width of the input in pixels.</param>
    /// <exception cref="ArgumentException">A size or length does not fit, or the spans overlap where the module does not allow it.</exception>
    void Forward(ReadOnlySpan<float> input, Span<float> output, int height, int width);

    /// <summary>Inference on dense tensors [C, H, W] or [N, C, H, W].</summary>
    /// <param name="input">The input; its shape gives batch, height and width.</param>
    /// <param name="output">The output, of the shape that belongs to the input's.</param>
    /// <exception cref="ArgumentException">A tensor is not dense, or its shape does not fit.</exception>
    void Forward(in ReadOnlyTensorSpan<float> input, in TensorSpan<float> output);

    /// <summary>The forward pass of a training step, which keeps what <see cref="Backward"/> needs.</summary>
    /// <param name="input">[N, C, H, W] with N at most MaxBatch.</param>
    /// <param name="output">The output's elements.</param>
    /// <exception cref="ArgumentException">A length does not fit, or the batch is larger than MaxBatch.</exception>
    /// <exception cref="InvalidOperationException">The declaration does not fix height and width, or another thread trains this instance.</exception>
    void ForwardTraining(ReadOnlySpan<float> input, Span<float> output);

    /// <summary>The forward pass of a training step at a height and width given at run time.</summary>
    /// <param name="input">[N, C, height, width] with N at most MaxBatch.</param>
    /// <param name="output">The output's elements.</param>
    /// <param name="height">Height of the input in pixels.</param>
    /// <param name="width">Width of the input in pixels.</param>
    /// <exception cref="ArgumentException">A size or length does not fit, or the batch is larger than MaxBatch.</exception>
    /// <exception cref="InvalidOperationException">Another thread trains this instance.</exception>
    void ForwardTraining(ReadOnlySpan<float> input, Span<float> output, int height, int width);

    /// <summary>
    /// The forward pass of a training step without a copy of the input: Backward reads it where it is, as PyTorch's autograd does. Until
    /// then it must neither change nor be freed.
    /// </summary>
    /// <param name="input">[N, C, H, W] with N at most MaxBatch.</param>
    /// <param name="output">The output's elements, apart from the input's.</param>
    /// <exception cref="ArgumentException">A length does not fit, the batch is larger than MaxBatch, or output and input overlap.</exception>
    /// <exception cref="InvalidOperationException">The declaration does not fix height and width, or another thread trains this instance.</exception>
    void ForwardTrainingByReference(ReadOnlyMemory<float> input, Span<float> output);

    /// <summary>The same at a height and width given at run time.</summary>
    /// <param name="input">[N, C, height, width] with N at most MaxBatch.</param>
    /// <param name="output">The output's elements, apart from the input's.</param>
    /// <param name="height">Height of the input in pixels.</param>
    /// <param name="width">Width of the input in pixels.</param>
    /// <exception cref="ArgumentException">A size or length does not fit, the batch is larger than MaxBatch, or output and input overlap.</exception>
    /// <exception cref="InvalidOperationException">Another thread trains this instance.</exception>
    void ForwardTrainingByReference(ReadOnlyMemory<float> input, Span<float> output, int height, int width);

    /// <summary>
    /// The backward pass of the last <c>ForwardTraining</c>: adds to the gradients of the parameters and writes the input's.
    /// </summary>
    /// <param name="outputGradient">The loss's gradient with respect to the output, of the output's length.</param>
    /// <param name="inputGradient">Overwritten with the gradient with respect to the input; empty where it is not wanted.</param>
    /// <exception cref="ArgumentException">A length does not fit, or the spans overlap.</exception>
    /// <exception cref="InvalidOperationException">
    /// There was no ForwardTraining (a block or network goes back once for each), or another thread trains this instance.
    /// </exception>
    void Backward(ReadOnlySpan<float> outputGradient, Span<float> inputGradient);

    /// <summary>Reads the weights from a safetensors file. Either all are read, or none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="naming">Whose names the file's tensors carry.</param>
    /// <param name="strict">Whether a missing or unexpected tensor is an error; a wrong shape always is.</param>
    /// <exception cref="SafeTensorsException">The file is broken.</exception>
    /// <exception cref="CheckpointException">The file's tensors are not the module's; every difference is listed.</exception>
    void LoadWeights(string path, Naming naming = Naming.SeGen, bool strict = true);

    /// <inheritdoc cref="LoadWeights(string, Naming, bool)"/>
    /// <param name="path">The file.</param>
    /// <param name="keys">How the file's names become the module's.</param>
    /// <param name="strict">Whether a missing or unexpected tensor is an error; a wrong shape always is.</param>
    void LoadWeights(string path, KeyMap keys, bool strict = true);

    /// <summary>Reads the weights from a stream of safetensors, from its position to its end.</summary>
    /// <inheritdoc cref="LoadWeights(string, KeyMap, bool)"/>
    /// <param name="stream">The stream; it stays open.</param>
    /// <param name="keys">How the file's names become the module's; null for SeGen's own names.</param>
    /// <param name="strict">Whether a missing or unexpected tensor is an error; a wrong shape always is.</param>
    void LoadWeights(Stream stream, KeyMap? keys = null, bool strict = true);

    /// <summary>Reads the weights from safetensors in memory.</summary>
    /// <inheritdoc cref="LoadWeights(string, KeyMap, bool)"/>
    /// <param name="memory">The whole file's bytes.</param>
    /// <param name="keys">How the file's names become the module's; null for SeGen's own names.</param>
    /// <param name="strict">Whether a missing or unexpected tensor is an error; a wrong shape always is.</param>
    void LoadWeights(ReadOnlyMemory<byte> memory, KeyMap? keys = null, bool strict = true);

    /// <summary>Writes the weights to a safetensors file. A file that is there is replaced once the new one is complete.</summary>
    /// <param name="path">The file.</param>
    /// <param name="naming">Whose names the tensors get.</param>
    /// <exception cref="IOException">The file cannot be written; one that was there is left as it was.</exception>
    void SaveWeights(string path, Naming naming = Naming.SeGen);
}
