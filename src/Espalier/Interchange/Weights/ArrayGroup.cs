namespace Espalier.Interchange.Weights;

/// <summary>What an array is to its layer.</summary>
internal enum ArrayRole
{
    /// <summary>The weights, or a normalisation's scale.</summary>
    Weight,

    /// <summary>The biases, or a normalisation's shift.</summary>
    Bias,

    /// <summary>A normalisation's mean.</summary>
    Mean,

    /// <summary>A normalisation's variance.</summary>
    Variance,
}

/// <summary>The arrays of one layer.</summary>
/// <param name="Name">What their names have in common.</param>
internal sealed record ArrayGroup(string Name)
{
    private static readonly Dictionary<string, ArrayRole> s_roles = new(StringComparer.OrdinalIgnoreCase)
    {
        ["weight"] = ArrayRole.Weight, ["weights"] = ArrayRole.Weight, ["kernel"] = ArrayRole.Weight, ["w"] = ArrayRole.Weight,
        ["gamma"] = ArrayRole.Weight,
        ["depthwise_kernel"] = ArrayRole.Weight, ["scale"] = ArrayRole.Weight, ["bias"] = ArrayRole.Bias, ["biases"] = ArrayRole.Bias,
        ["b"] = ArrayRole.Bias,
        ["beta"] = ArrayRole.Bias, ["shift"] = ArrayRole.Bias, ["running_mean"] = ArrayRole.Mean, ["moving_mean"] = ArrayRole.Mean,
        ["mean"] = ArrayRole.Mean,
        ["running_var"] = ArrayRole.Variance, ["moving_variance"] = ArrayRole.Variance, ["variance"] = ArrayRole.Variance,
    };

    /// <summary>The arrays by what they are.</summary>
    public Dictionary<ArrayRole, NamedArray> Arrays { get; } = [];

    /// <summary>The names and shapes, for messages.</summary>
    public string Description => string.Join(", ", Arrays.Values.Select(Describe));

    /// <summary>Groups arrays by their names; arrays whose names do not say what they are, by their order.</summary>
    /// <exception cref="EspalierException">A layer would have two arrays of a kind.</exception>
    public static ArrayGroup[] Of(IReadOnlyList<NamedArray> arrays)
    {
        NamedArray[] all = [.. arrays.Where(one => !one.Name.EndsWith("num_batches_tracked", StringComparison.Ordinal))];
        if (!Array.TrueForAll(all, one => Split(one.Name) is not null)) return InOrder(all);
        var groups = new Dictionary<string, ArrayGroup>(StringComparer.Ordinal);
        foreach (NamedArray one in all)
        {
            (string name, ArrayRole role) = Split(one.Name)!.Value;
            if (!groups.TryGetValue(name, out ArrayGroup? group)) groups[name] = group = new ArrayGroup(name);
            if (!group.Arrays.TryAdd(role, one))
            {
                throw new EspalierException($"'{one.Name}' and '{group.Arrays[role].Name}' are both the {role} of '{name}'.");
            }
        }

        return [.. groups.Values.OrderBy(group => group.Name, NaturalOrder.Instance)];
    }

    /// <summary>An array as messages show it.</summary>
    public static string Describe(NamedArray one) => $"'{one.Name}' ({string.Join(" x ", one.Array.Shape)})";

    private static ArrayGroup[] InOrder(NamedArray[] arrays)
    {
        var groups = new List<ArrayGroup>();
        foreach (NamedArray one in arrays)
        {
            if (groups.Count == 0 || one.Array.Shape.Count > 1) groups.Add(new ArrayGroup(one.Name));
            int next = groups[^1].Arrays.Count;
            if (next > (int)ArrayRole.Variance)
            {
                throw new EspalierException(
                    $"{Describe(one)} follows the four arrays of '{groups[^1].Name}'; name arrays NAME.weight and NAME.bias.");
            }

            groups[^1].Arrays.Add((ArrayRole)next, one);
        }

        return [.. groups];
    }

    /// <summary>"fc1.weight", "dense/kernel:0": the layer's name and what the array is; null when the name does not say.</summary>
    private static (string Name, ArrayRole Role)? Split(string name)
    {
        string plain = name.EndsWith(":0", StringComparison.Ordinal) ? name[..^2] : name;
        int dot = plain.LastIndexOfAny(['.', '/']);
        return dot > 0 && s_roles.TryGetValue(plain[(dot + 1)..], out ArrayRole role) ? (plain[..dot], role) : null;
    }
}
