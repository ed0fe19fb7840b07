namespace SeGen;

/// <summary>How far a run is, after a step.</summary>
/// <param name="Epoch">The epoch, from 0.</param>
/// <param name="Step">Steps of the epoch that are done.</param>
/// <param name="StepsPerEpoch">Steps of an epoch.</param>
/// <param name="Samples">Samples of the epoch that were seen and count.</param>
/// <param name="Loss">The mean loss over them.</param>
/// <param name="Accuracy">The part of them that was classified right, before the step that they took part in.</param>
/// <param name="LearningRate">The rate of the step.</param>
public readonly record struct TrainingProgress(
    int Epoch, int Step, int StepsPerEpoch, int Samples, double Loss, double Accuracy, float LearningRate);

/// <summary>What a module makes of samples that it does not learn from.</summary>
/// <param name="Loss">The mean loss.</param>
/// <param name="Accuracy">The part that was classified right.</param>
/// <param name="Confusion">How often class i was taken for class j: [i, j].</param>
public sealed record Evaluation(double Loss, double Accuracy, int[,] Confusion);
