using Espalier.Data;
using Espalier.Tests.Data;
using Espalier.Training;
using Espalier.Training.Optimizers;

namespace Espalier.Tests.Training;

public sealed class CheckpointTests
{
    private static readonly Dataset s_train = TrainingData.Clouds(301, 1);
    private static readonly Dataset s_validation = TrainingData.Clouds(100, 2);

    private static readonly TrainingOptions s_options = new()
    {
        Epochs = 6,
        BatchSize = 16,
        Optimizer = new OptimizerOptions { WeightDecay = 1e-3 },
        LearningRate = LearningRateSchedule.Cosine(0.02),
        EarlyStopping = new EarlyStopping(20),
    };

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 9)]
    [InlineData(3, 19)]
    [InlineData(6, 18)]
    public void A_resumed_run_comes_to_the_bits_and_the_history_of_one_that_never_stopped(int epoch, int step)
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "run.checkpoint");
        TrainableNetwork whole = Masked();
        TrainingResult expected = new Trainer(whole, s_train, s_validation, s_options).Run();

        using var source = new CancellationTokenSource();
        var interrupted = new Trainer(Masked(), s_train, s_validation, s_options) { CheckpointPath = path };
        Assert.Throws<OperationCanceledException>(() => interrupted.Run(
            new Immediate<TrainingProgress>(progress =>
            {
                if (progress.Epoch == epoch && progress.Step == step) source.Cancel();
            }),
            source.Token));

        Trainer resumed = Trainer.Resume(path, s_train, s_validation);
        TrainingResult actual = resumed.Run();
        Assert.Equal(expected.History, actual.History);
        Assert.Equal(expected.BestEpoch, actual.BestEpoch);
        Assert.Equal(TrainingData.Bits(whole), TrainingData.Bits(resumed.Network));
        Assert.Equal(whole.LiveWeightCount, resumed.Network.LiveWeightCount);
    }

    [Fact]
    public void The_checkpoint_of_an_epochs_end_resumes_to_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "run.checkpoint"), kept = Path.Combine(folder.Path, "kept.checkpoint");
        var trainer = new Trainer(Masked(), s_train, s_validation, s_options) { CheckpointPath = path };
        trainer.Run(new Immediate<TrainingProgress>(progress =>
        {
            // During the third epoch the file is that of the second one's end.
            if (progress is { Epoch: 3, Step: 5 }) File.Copy(path, kept);
        }));
        Trainer resumed = Trainer.Resume(kept, s_train, s_validation);
        Assert.Equal(2, resumed.History.Count);
        resumed.Run();
        Assert.Equal(TrainingData.Bits(trainer.Network), TrainingData.Bits(resumed.Network));
    }

    [Fact]
    public void A_finished_run_resumes_to_its_result_without_another_step()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "run.checkpoint");
        var trainer = new Trainer(Masked(), s_train, s_validation, s_options);
        TrainingResult expected = trainer.Run();
        trainer.SaveCheckpoint(path);
        Trainer resumed = Trainer.Resume(path, s_train, s_validation);
        Assert.Equal(expected.History, resumed.Run().History);
        Assert.Equal(TrainingData.Bits(trainer.Network), TrainingData.Bits(resumed.Network));
    }

    [Fact]
    public void Every_single_damaged_byte_and_every_cut_is_noticed()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "run.checkpoint");
        new Trainer(Masked(), s_train, s_validation, s_options).SaveCheckpoint(path);
        byte[] good = File.ReadAllBytes(path);
        for (int i = 0; i < good.Length; i += i < 64 ? 1 : 37)
        {
            byte[] bad = (byte[])good.Clone();
            bad[i] ^= 0x10;
            AssertRefused(folder.Write("bad.checkpoint", bad), i < 8 ? "no Espalier checkpoint" : i < 12 ? "format version" : "damaged");
        }

        foreach (int length in new[] { 8, 15, 19, 20, 100, good.Length - 1 })
        {
            AssertRefused(folder.Write("cut.checkpoint", good[..length]), "cut off");
        }

        AssertRefused(folder.Write("long.checkpoint", [.. good, 0]), "damaged");
        AssertRefused(folder.Write("empty.checkpoint", ""), "no Espalier checkpoint");
        AssertRefused(folder.Write("foreign.checkpoint", "a text file"), "no Espalier checkpoint");
        AssertRefused(Path.Combine(folder.Path, "absent.checkpoint"), ": there is no such checkpoint.");
    }

    [Fact]
    public void Other_data_are_refused()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "run.checkpoint");
        new Trainer(Masked(), s_train, s_validation, s_options).SaveCheckpoint(path);
        foreach (Action resume in new Action[]
        {
            () => Trainer.Resume(path, TrainingData.Clouds(301, 9), s_validation),
            () => Trainer.Resume(path, s_train, TrainingData.Clouds(100, 9)),
            () => Trainer.Resume(path, s_train, null),
        })
        {
            var error = Assert.Throws<EspalierException>(resume);
            Assert.Contains("other training or validation samples", error.Message, StringComparison.Ordinal);
        }
    }

    private static TrainableNetwork Masked()
    {
        TrainableNetwork network = TrainingData.Network();
        Parameter first = network.PrunableParameters[0];
        first.Freeze(Array.ConvertAll(first.Values, value => Math.Abs(value) < 0.3f ? Parameter.Removed : Parameter.Live));
        return network;
    }

    private static void AssertRefused(string path, string reason)
    {
        string message = Assert.Throws<EspalierException>(() => Trainer.Resume(path, s_train, s_validation)).Message;
        Assert.StartsWith(path + ":", message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }
}
