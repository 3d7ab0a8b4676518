using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Interchange;
using Espalier.Pruning.Surgery;
using Espalier.Tests.Data;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Surgery;

public sealed class SequentialPrunerTests : IDisposable
{
    private static readonly SequentialPruningOptions s_options = new()
    {
        IncludeBiases = true,
        LargestErrorRise = 2,
        Training = new FullBatchOptions { WeightDecay = SurgeryData.Decay, MaxIterations = 200 },
    };

    private readonly TemporaryFolder _folder = new();
    private readonly TrainableNetwork _network;
    private readonly Dataset _data;

    public SequentialPrunerTests() => (_network, _data) = SurgeryData.Clouds();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(DeletionOrder.OptimalBrainSurgeon, RetrainingTime.Never)]
    [InlineData(DeletionOrder.OptimalBrainSurgeon, RetrainingTime.WhenNeeded)]
    [InlineData(DeletionOrder.OptimalBrainDamage, RetrainingTime.Always)]
    [InlineData(DeletionOrder.Magnitude, RetrainingTime.Never)]
    public void A_run_ends_within_the_tolerance_and_its_log_tells_what_it_did(DeletionOrder order, RetrainingTime retraining)
    {
        SequentialPruningLog log = Prune(_network, s_options with { Order = order, Retraining = retraining });

        Assert.Equal(39, log.CountBefore);
        Assert.InRange(log.CountAfter, 3, 38);
        Assert.Equal(_network.Parameters.Sum(parameter => parameter.LiveCount), log.CountAfter);
        Assert.InRange(log.After.Errors!.Value, 0, log.Before.Errors!.Value + 3);
        int left = log.CountBefore;
        foreach (Deletion deletion in log.Deletions)
        {
            bool isRetrained = deletion.AfterRetraining is not null;
            if (retraining != RetrainingTime.WhenNeeded) Assert.Equal(retraining == RetrainingTime.Always, isRetrained);
            Assert.True(deletion.AfterRetraining is null || deletion.AfterRetraining <= deletion.After);

            // A constant that is folded may bring back the biases of the three outputs or the four hidden units.
            Assert.InRange(deletion.Left, left - 1 - deletion.DeadParameters, Math.Min(left - 1, left + 3 - deletion.DeadParameters));
            if (!deletion.IsUndone) left = deletion.Left;
        }

        Assert.Equal(left, log.CountAfter);
        CheckRemoved(_network);
    }

    [Fact]
    public void The_surgeon_prunes_further_without_retraining_than_damage_and_magnitude()
    {
        int[] left =
            [.. Enum.GetValues<DeletionOrder>().Select(order => Prune(_network.Clone(), s_options with { Order = order }).CountAfter)];

        Assert.True(left[0] < left[1] && left[0] < left[2], string.Join(" ", left));
    }

    [Fact]
    public void What_is_undone_leaves_every_bit_as_it_was()
    {
        uint[][] before = TrainingData.Bits(_network);

        SequentialPruningLog log = Prune(
            _network, s_options with { LargestErrorRise = 0, LargestLoss = 0, Retraining = RetrainingTime.Always });

        Assert.Equal(39, log.Deletions.Count);
        Assert.All(log.Deletions, deletion => Assert.True(deletion.IsUndone));
        Assert.Equal(before, TrainingData.Bits(_network));
        Assert.All(_network.Parameters, parameter => Assert.Null(parameter.Mask));
    }

    [Fact]
    public void A_run_that_tries_one_candidate_ends_at_the_first_that_cannot_stand()
    {
        SequentialPruningLog log = Prune(_network, s_options with { Attempts = 1 });

        Assert.Single(log.Deletions, deletion => deletion.IsUndone);
        Assert.True(log.Deletions[^1].IsUndone);
    }

    [Fact]
    public void Without_biases_none_of_them_goes_and_none_is_counted()
    {
        SequentialPruningLog log = Prune(_network, s_options with { IncludeBiases = false, DropDeadUnits = false });

        Assert.Equal((32, _network.LiveWeightCount), (log.CountBefore, log.CountAfter));
        Assert.All(log.Deletions, deletion => Assert.EndsWith("weights", deletion.Parameter, StringComparison.Ordinal));
        Assert.All(_network.Parameters.Where(parameter => !parameter.IsWeight), biases => Assert.Null(biases.Mask));
    }

    [Fact]
    public void A_cancelled_run_keeps_the_deletions_that_stand()
    {
        using var source = new CancellationTokenSource();
        int stood = 0;
        var progress = new Immediate<SequentialPruningProgress>(value =>
        {
            stood = value.Deletions;
            if (stood == 3) source.Cancel();
        });

        Assert.Throws<OperationCanceledException>(() => new SequentialPruner(
            _network, _data, LossKind.CategoricalCrossEntropy, s_options with { DropDeadUnits = false }).Run(progress, source.Token));

        Assert.Equal((3, 36), (stood, _network.Parameters.Sum(parameter => parameter.LiveCount)));
        CheckRemoved(_network);
    }

    [Fact]
    public void Zeros_of_weights_and_biases_survive_training_saving_and_a_checkpoint()
    {
        Prune(_network, s_options with { Retraining = RetrainingTime.WhenNeeded });
        uint[]?[] masks = [.. _network.Parameters.Select(parameter => parameter.Mask)];
        Assert.Contains(_network.Parameters, parameter => !parameter.IsWeight && parameter.Mask?.Contains(Parameter.Removed) == true);
        string model = Path.Combine(_folder.Path, "pruned.espalier"), checkpoint = Path.Combine(_folder.Path, "pruned.checkpoint");

        ModelFile.Save(model, _network.ToNetwork());
        TrainableNetwork loaded = TrainableNetwork.FromNetwork(ModelFile.Load(model), freezeZeros: true);

        Assert.Equal(TrainingData.Bits(_network), TrainingData.Bits(loaded));
        Assert.Equal(_network.LiveWeightCount, loaded.LiveWeightCount);
        var trainer = new Trainer(_network, _data, null, PruningRun.Training(epochs: 3)) { CheckpointPath = checkpoint };
        trainer.Run();
        Assert.NotEqual(TrainingData.Bits(loaded), TrainingData.Bits(_network));
        CheckRemoved(_network);
        TrainableNetwork resumed = Trainer.Resume(checkpoint, _data, null).Network;
        Assert.Equal(masks, resumed.Parameters.Select(parameter => parameter.Mask));
        FullBatchTrainer.Train(resumed, _data, LossKind.CategoricalCrossEntropy, new FullBatchOptions { WeightDecay = SurgeryData.Decay });
        CheckRemoved(resumed);
        Assert.Equal(masks, resumed.Parameters.Select(parameter => parameter.Mask));
    }

    [Fact]
    public void Regression_needs_a_largest_loss_and_keeps_to_it()
    {
        Dataset data = SurgeryData.Regression(4, 2, 80, 1);
        TrainableNetwork network = SurgeryData.Perceptron(4, [3, 2], Activation.Tanh, Activation.Identity, 1);
        FullBatchResult dense = FullBatchTrainer.Train(network, data, LossKind.MeanSquaredError);

        Assert.Contains("LargestLoss", Assert.Throws<EspalierException>(
            () => new SequentialPruner(network, data, LossKind.MeanSquaredError, s_options)).Message, StringComparison.Ordinal);
        SequentialPruningLog log = new SequentialPruner(
            network, data, LossKind.MeanSquaredError, s_options with { LargestLoss = 2 * dense.Value }).Run();

        Assert.InRange(log.After.Loss, 0, 2 * dense.Value + 1e-7);
        Assert.True(log.CountAfter < log.CountBefore);
    }

    [Theory]
    [InlineData(0.0, 1, "Alpha")]
    [InlineData(1e-4, 0, "Attempts")]
    public void Options_out_of_range_are_refused(double alpha, int attempts, string name)
    {
        var error = Assert.Throws<EspalierException>(
            () => Prune(_network, s_options with { Attempts = attempts, Curvature = new CurvatureOptions { Alpha = alpha } }));

        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    private SequentialPruningLog Prune(TrainableNetwork network, SequentialPruningOptions options) =>
        new SequentialPruner(network, _data, LossKind.CategoricalCrossEntropy, options).Run();

    private static void CheckRemoved(TrainableNetwork network)
    {
        foreach (Parameter parameter in network.Parameters)
        {
            for (int i = 0; i < parameter.Values.Length; i++)
            {
                if (parameter.Mask?[i] == Parameter.Removed) Assert.Equal(0u, FloatBits.Of(parameter.Values[i]));
            }
        }
    }
}
