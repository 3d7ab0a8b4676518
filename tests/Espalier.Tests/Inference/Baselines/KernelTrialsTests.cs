using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Inference.Baselines;

namespace Espalier.Tests.Inference.Baselines;

public sealed class KernelTrialsTests
{
    [Fact]
    public void Every_kernel_that_has_hope_is_measured_and_one_is_chosen()
    {
        var layer = (DenseLayer)RandomNetwork.Create(3, 0.2, Activation.Relu, Activation.Tanh, 40, 30).Layers[0];

        IReadOnlyList<KernelTrial> trials = KernelTrials.Run(Stage.Of(layer), TimeSpan.FromMilliseconds(200));

        Assert.Equal(trials.Select(trial => trial.Choice.Name).Distinct().Count(), trials.Count);
        Assert.Contains(trials, trial => trial.Choice.Kernel == KernelKind.Unrolled);
        Assert.Contains(trials, trial => trial.Choice.Kernel == KernelKind.Table);
        Assert.Single(trials, trial => trial.IsChosen);
        Assert.NotNull(trials.Single(trial => trial.IsChosen).MeasuredNs);
        Assert.All(trials, trial => Assert.True(trial.PredictedNs > 0));
        double[] measured = [.. trials.Where(trial => trial.MeasuredNs is not null).Select(trial => trial.MeasuredNs!.Value)];
        Assert.Equal(measured.Order(), measured);
        Assert.All(trials.Where(trial => trial.Choice.Width != VectorWidth.Scalar),
            trial => Assert.True(trial.Choice.Width <= DensePackedContender.PreferredWidth));
    }
}
