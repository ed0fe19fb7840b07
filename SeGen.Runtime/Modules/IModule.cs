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

    /// <summary>
    /// The most threads a call uses, the caller's included; 0 stands for <see cref="SeGenThreads.Degree"/>. Results do not depend on it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Set below 0 or above <see cref="SeGenThreads.Maximum"/>.</exception>
    int Threads { get; set; }

    /// <summary>
    /// What the masks of dropout are drawn from in the next <c>ForwardTraining</c>, which raises it by one. The same seed gives the same
    /// masks on any machine; instances that share weights and train on parts of one batch need seeds of their own. Without dropout in the
    /// module it has no effect.
    /// </summary>
    long DropoutSeed { get; set; }

    /// <summary>
    /// Makes everything ready that the first inference would else have to: weights in the form in which the kernels read them, on all
    /// threads, and the calling thread's scratch.
    /// </summary>
    /// <param name="releaseParameters">
    /// Whether the parameters' own values are given up, since inference reads the packed ones only: half of the memory or more. They can
    /// then neither be read, written, saved nor trained, in this instance and in those that share its weights.
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
    /// <exception cref="ArgumentException">A size or length does not fit, or the spans overlap where the module does not allow
    /// it.</exception>
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
    /// <exception cref="InvalidOperationException">The declaration does not fix height and width, or another thread trains this
    /// instance.</exception>
    /// <exception cref="NotSupportedException">The module was declared with InferenceOnly.</exception>
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
    /// <exception cref="ArgumentException">A length does not fit, the batch is larger than MaxBatch, or output and input
    /// overlap.</exception>
    /// <exception cref="InvalidOperationException">The declaration does not fix height and width, or another thread trains this
    /// instance.</exception>
    void ForwardTrainingByReference(ReadOnlyMemory<float> input, Span<float> output);

    /// <summary>The same at a height and width given at run time.</summary>
    /// <param name="input">[N, C, height, width] with N at most MaxBatch.</param>
    /// <param name="output">The output's elements, apart from the input's.</param>
    /// <param name="height">Height of the input in pixels.</param>
    /// <param name="width">Width of the input in pixels.</param>
    /// <exception cref="ArgumentException">A size or length does not fit, the batch is larger than MaxBatch, or output and input
    /// overlap.</exception>
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

    /// <summary>
    /// Reads the weights from a safetensors file, or from the shards of its index (<c>model.safetensors.index.json</c>). All are read
    /// before any is changed; a Forward that runs meanwhile on another thread computes with the old weights to its end.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="naming">Whose names the file's tensors carry.</param>
    /// <param name="strict">
    /// Whether a missing or unexpected tensor is an error, and a layer that was declared otherwise in the module that SeGen saved; a wrong
    /// shape always is, and so is a file with none of the module's tensors.
    /// </param>
    /// <returns>What was read and what was not.</returns>
    /// <exception cref="SafeTensorsException">The file is broken, or of another format; the message says what to do.</exception>
    /// <exception cref="CheckpointException">The file's tensors are not the module's; every difference is listed.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    LoadReport LoadWeights(string path, Naming naming = Naming.SeGen, bool strict = true);

    /// <inheritdoc cref="LoadWeights(string, Naming, bool)"/>
    /// <param name="path">The file.</param>
    /// <param name="keys">How the file's names become the module's.</param>
    /// <param name="strict">Whether a missing or unexpected tensor, or a layer declared otherwise, is an error.</param>
    LoadReport LoadWeights(string path, KeyMap keys, bool strict = true);

    /// <summary>
    /// Reads the weights from a stream of safetensors, from its position to its end. A stream that cannot seek is read forward once.
    /// </summary>
    /// <inheritdoc cref="LoadWeights(string, Naming, bool)"/>
    /// <param name="stream">The stream; it stays open.</param>
    /// <param name="naming">Whose names the stream's tensors carry.</param>
    /// <param name="strict">Whether a missing or unexpected tensor, or a layer declared otherwise, is an error.</param>
    LoadReport LoadWeights(Stream stream, Naming naming = Naming.SeGen, bool strict = true);

    /// <inheritdoc cref="LoadWeights(Stream, Naming, bool)"/>
    /// <param name="stream">The stream; it stays open.</param>
    /// <param name="keys">How the stream's names become the module's.</param>
    /// <param name="strict">Whether a missing or unexpected tensor, or a layer declared otherwise, is an error.</param>
    LoadReport LoadWeights(Stream stream, KeyMap keys, bool strict = true);

    /// <summary>Reads the weights from safetensors in memory.</summary>
    /// <inheritdoc cref="LoadWeights(string, Naming, bool)"/>
    /// <param name="memory">The whole file's bytes.</param>
    /// <param name="naming">Whose names the tensors carry.</param>
    /// <param name="strict">Whether a missing or unexpected tensor, or a layer declared otherwise, is an error.</param>
    LoadReport LoadWeights(ReadOnlyMemory<byte> memory, Naming naming = Naming.SeGen, bool strict = true);

    /// <inheritdoc cref="LoadWeights(ReadOnlyMemory{byte}, Naming, bool)"/>
    /// <param name="memory">The whole file's bytes.</param>
    /// <param name="keys">How the names become the module's.</param>
    /// <param name="strict">Whether a missing or unexpected tensor, or a layer declared otherwise, is an error.</param>
    LoadReport LoadWeights(ReadOnlyMemory<byte> memory, KeyMap keys, bool strict = true);

    /// <summary>
    /// Writes the weights to a safetensors file, with what the module was declared with in its metadata. A file that is there is replaced
    /// once the new one is complete and on the disk.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="naming">Whose names the tensors get.</param>
    /// <param name="type">The type of the values; of 16 bits they are rounded to the nearest.</param>
    /// <exception cref="IOException">The file cannot be written; one that was there is left as it was.</exception>
    /// <exception cref="InvalidOperationException">A finite value is out of the type's range, or the values were released; nothing was
    /// written.</exception>
    void SaveWeights(string path, Naming naming = Naming.SeGen, WeightType type = WeightType.F32);

    /// <summary>
    /// Compares what the module computes with what was recorded, in PyTorch for instance: the last step of every import. The file has the
    /// tensors "input" [N, C, H, W] and "output", and perhaps "gate.NAME", the factors [N, C] of the gate of that name.
    /// </summary>
    /// <param name="path">A safetensors file.</param>
    /// <param name="tolerance">The largest difference that is allowed, relative to the largest magnitude of each tensor; at least
    /// 0.</param>
    /// <returns>What was compared, and what the file has that cannot be observed.</returns>
    /// <exception cref="VerificationException">A tensor differs by more; the exception names the first in the order in which they are
    /// computed.</exception>
    /// <exception cref="SafeTensorsException">The file is broken, has no such tensors, or they do not have the module's shapes.</exception>
    VerifyReport Verify(string path, float tolerance = 1e-4f);
}
