using System.Globalization;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning.Surgery;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Cli.Reproduction.Experiments.Monks;

/// <summary>
/// XOR by 2-2-1 sigmoid networks at a minimum: which of the nine parameters, biases included, does each order delete first, and which one
/// does brute force show to be the right one? Each parameter is deleted in turn and the other eight are trained to a minimum again, from
/// where they are and from random places around it; the right one is that whose network ends at the lowest objective.
/// </summary>
internal static class XorRuns
{
    private const double WeightDecay = 1e-4, Spread = 2;
    private const int RandomStarts = 6;

    /// <summary>Choices whose rises differ by less are equally good: mirrored units have equal parameters.</summary>
    private const double Tie = 1.05;

    /// <summary>All settings in words.</summary>
    public static string Recipe => string.Create(CultureInfo.InvariantCulture,
        $"2-2-1 sigmoid, squared error, decay {WeightDecay}, L-BFGS, alpha 1e-6, {RandomStarts} random starts of spread {Spread}, counted "
        + $"before and after retraining");

    private static Dataset Data { get; } = Dataset.Classification(
        "xor", Shape.Flat(2), [0, 0, 0, 1, 1, 0, 1, 1], [0, 1, 1, 0], ["equal", "different"]);

    private static FullBatchOptions Training => new() { WeightDecay = WeightDecay };

    /// <summary>Counts over the first seeds whose networks learn XOR.</summary>
    public static List<XorOutcome> Count(int networks, CancellationToken cancellation)
    {
        DeletionOrder[] orders = Enum.GetValues<DeletionOrder>();
        int[] right = new int[orders.Length], solvable = new int[orders.Length], unharmed = new int[orders.Length];
        int learned = 0;
        for (ulong seed = 1; learned < networks; seed++)
        {
            TrainableNetwork network = TrainableNetwork.Perceptron(
                "xor", Shape.Flat(2), [2, 1], Activation.Sigmoid, Activation.Sigmoid, seed);
            double dense = FullBatchTrainer.Train(network, Data, LossKind.MeanSquaredError, Training, cancellation).Value;
            if (Errors(network) > 0) continue;
            learned++;
            Dictionary<(string, int), (double Rise, bool Solves)> truth = BruteForce(network, dense, seed, cancellation);
            double best = truth.Values.Min(one => one.Rise);
            for (int i = 0; i < orders.Length; i++)
            {
                Deletion first = FirstDeletion(network.Clone(), orders[i], cancellation);
                (double rise, bool solves) = truth[(first.Parameter, first.Index)];
                right[i] += rise <= best * Tie ? 1 : 0;
                solvable[i] += solves ? 1 : 0;
                unharmed[i] += first.Errors == 0 ? 1 : 0;
            }
        }

        return [.. orders.Select((order, i) => new XorOutcome(order.ToString(), right[i], solvable[i], unharmed[i]))];
    }

    private static Deletion FirstDeletion(TrainableNetwork network, DeletionOrder order, CancellationToken cancellation)
    {
        var options = new SequentialPruningOptions
        {
            Order = order,
            IncludeBiases = true,
            MaxDeletions = 1,
            LargestErrorRise = 100,
            Training = Training,
            Curvature = new CurvatureOptions { Alpha = 1e-6, RecomputeEvery = 1 },
        };
        return new SequentialPruner(network, Data, LossKind.MeanSquaredError, options).Run(cancellation: cancellation).Deletions[0];
    }

    private static Dictionary<(string Parameter, int Index), (double Rise, bool Solves)> BruteForce(
        TrainableNetwork dense, double objective, ulong seed, CancellationToken cancellation)
    {
        var truth = new Dictionary<(string, int), (double, bool)>();
        for (int p = 0; p < dense.Parameters.Count; p++)
        {
            for (int i = 0; i < dense.Parameters[p].Values.Length; i++)
            {
                (double value, bool solves) = BestWithout(dense, p, i, new SeededRandom(seed), cancellation);
                truth.Add((dense.Parameters[p].Name, i), (value - objective, solves));
            }
        }

        return truth;
    }

    private static (double Objective, bool Solves) BestWithout(
        TrainableNetwork dense, int parameter, int index, SeededRandom random, CancellationToken cancellation)
    {
        (double Objective, bool Solves) best = (double.PositiveInfinity, false);
        for (int start = 0; start <= RandomStarts; start++)
        {
            TrainableNetwork network = dense.Clone();
            foreach (float[] values in network.Parameters.Select(one => one.Values))
            {
                for (int i = 0; start > 0 && i < values.Length; i++) values[i] += (float)(Spread * random.NextNormal());
            }

            var mask = new uint[network.Parameters[parameter].Values.Length];
            Array.Fill(mask, Parameter.Live);
            mask[index] = Parameter.Removed;
            network.Parameters[parameter].Freeze(mask);
            double value = FullBatchTrainer.Train(network, Data, LossKind.MeanSquaredError, Training, cancellation).Value;
            if (value < best.Objective) best = (value, Errors(network) == 0);
        }

        return best;
    }

    private static int Errors(TrainableNetwork network) =>
        Evaluator.Evaluate(network, Data, LossKind.MeanSquaredError, threads: 1).Errors!.Value;
}
