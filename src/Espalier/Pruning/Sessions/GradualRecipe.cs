using Espalier.Training;

namespace Espalier.Pruning.Sessions;

/// <summary>The choices that decide to what bits a gradual run comes.</summary>
internal sealed record GradualRecipe(
    string Target, string Criterion, string Pattern, PruningScope Scope, SparsitySchedule Schedule, int Interval,
    TrainingOptions Training, TrainingOptions? FineTuning)
{
    /// <summary>The recipe of a run to <paramref name="target"/>.</summary>
    public static GradualRecipe Of(PruningTarget target, GradualPruningOptions options) => new(
        target.ToString(), options.Criterion.Name, options.Pattern.ToString(), options.Scope, options.Schedule, options.Interval,
        AnyThreads(options.Training), options.FineTuning is null ? null : AnyThreads(options.FineTuning));

    /// <summary>Throws when a run that was begun so cannot go on by <paramref name="now"/>.</summary>
    /// <exception cref="EspalierException">Names the first choice that differs.</exception>
    public void RequireSame(GradualRecipe now)
    {
        if (this == now) return;
        string difference =
            Target != now.Target ? Text("target", Target, now.Target) :
            Criterion != now.Criterion ? Text("criterion", Criterion, now.Criterion) :
            Pattern != now.Pattern ? Text("pattern", Pattern, now.Pattern) :
            Scope != now.Scope ? Text("scope", Scope, now.Scope) :
            Schedule != now.Schedule ? Text("schedule", Schedule, now.Schedule) :
            Interval != now.Interval ? Text("interval", Interval, now.Interval) :
            Training != now.Training ? "the training is another" : "the fine-tuning is another";
        throw new EspalierException(
            $"The gradual run was begun by another recipe: {difference}. Go on by the recipe of then, or from the start.");

        static string Text(string name, object then, object now) => $"its {name} was {then}, not {now}";
    }

    // Their number has no influence on the result.
    private static TrainingOptions AnyThreads(TrainingOptions training) => training with { Threads = 0 };
}
