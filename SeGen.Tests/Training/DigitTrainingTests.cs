using SeGen.Sample.Data;
using SeGen.Sample.Models;
using SeGen.Sample.Training;
using SeGen.Tests.Checkpoints;
using SeGen.Tests.Support;

namespace SeGen.Tests.Training;

/// <summary>The sample's networks on digits: real ones, shortened, and drawn ones.</summary>
public sealed class DigitTrainingTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [DataTheory]
    [InlineData("mnist10k", 1, 0.8)]
    [InlineData("optdigits", 5, 0.96)]
    public void A_short_run_on_real_images_tells_them_apart(string data, int epochs, double accuracy)
    {
        Recipe recipe = Recipe.Of(Path.Combine(SharedData.Folder!, data));
        IModule network = recipe.Create(1);
        recipe.Trainer(network, epochs, seed: 1, null, null).Train(recipe.Train, epochs);
        Evaluation test = Trainer.Evaluate(network, recipe.Test);
        Assert.True(test.Accuracy >= accuracy, $"{data}: accuracy {test.Accuracy:P2} after {epochs} epoch(s); {accuracy:P2} were expected.");
    }

    [Fact]
    public void A_run_ends_in_the_same_weights_on_any_number_of_threads_and_after_any_interruption()
    {
        const int Images = 150, Epochs = 2;
        Recipe recipe = Recipe.Drawn(3, Images);
        IModule first = Run(1);
        foreach (int threads in new[] { 2, 3 })
            AssertSame(first, Run(threads), $"on {threads} threads");

        string state = _folder.File("run.safetensors");
        for (int until = 1; until <= 6; until++)
        {
            using var cancelled = new CancellationTokenSource();
            int steps = 0;
            IModule network = recipe.Create(until);
            Trainer trainer = recipe.Trainer(network, Epochs, 3, state, _ =>
            {
                if (++steps == 1)
                    cancelled.Cancel();
            });
            if (!trainer.TryResume())
                Copy(recipe.Create(3), network);

            if (until < 6)
                Assert.Throws<OperationCanceledException>(() => trainer.Train(recipe.Train, Epochs, cancelled.Token));
            else
            {
                trainer.Train(recipe.Train, Epochs, cancelled.Token);
                AssertSame(first, network, "after interruptions");
            }
        }

        IModule Run(int threads)
        {
            IModule network = recipe.Create(3);
            network.Threads = threads;
            recipe.Trainer(network, Epochs, 3, null, null).Train(recipe.Train, Epochs);
            return network;
        }
    }

    [Fact]
    public void A_drawn_digit_is_the_same_for_the_same_seed_index_and_epoch_and_another_otherwise()
    {
        float[] draw(int seed, int index, int epoch)
        {
            float[] image = new float[28 * 28];
            Assert.Equal(index % 10, new DrawnDigits(100, seed).Read(index, epoch, image));
            return image;
        }

        float[] one = draw(1, 17, 2);
        Assert.Equal(one, draw(1, 17, 2));
        Assert.NotEqual(one, draw(2, 17, 2));
        Assert.NotEqual(one, draw(1, 27, 2));
        Assert.NotEqual(one, draw(1, 17, 3));
        Assert.All(one, v => Assert.InRange(v, 0, 1));
        Assert.InRange(one.Average(), 0.03f, 0.4f);
    }

    [Fact]
    public void The_excitation_plot_has_the_mean_factors_of_each_class()
    {
        var network = new DigitNet28(2);
        var data = new DrawnDigits(30, 4);
        IReadOnlyList<(string Gate, float[][] Means)> plot = ExcitationPlot.Means(network, data);
        Assert.Equal(["layer1.0.se", "layer2.0.se", "layer3.0.se"], plot.Select(p => p.Gate));
        Assert.Equal([16, 32, 64], plot.Select(p => p.Means[0].Length));

        // Images 3, 13 and 23 are threes.
        float[] sum = new float[16], image = new float[28 * 28], logits = new float[10];
        ((IGatedModule)network).GateObserver = (gate, factors) =>
        {
            for (int c = 0; gate == "layer1.0.se" && c < 16; c++)
                sum[c] += factors[c];
        };
        foreach (int i in new[] { 3, 13, 23 })
        {
            data.Read(i, 0, image);
            network.Forward(image, logits);
        }

        Close.AssertEqual([.. sum.Select(s => (double)s / 3)], plot[0].Means[3], 1e-5, "mean factor");
    }

    private static void Copy(IModule from, IModule to)
    {
        foreach ((Parameter a, Parameter b) in from.Parameters.Zip(to.Parameters))
            a.Values.CopyTo(b.Write());
    }

    private static void AssertSame(IModule expected, IModule actual, string what)
    {
        foreach ((Parameter a, Parameter b) in expected.Parameters.Zip(actual.Parameters))
            Close.AssertSameBits(a.Values, b.Values, $"{a.Name} {what}");
    }
}
