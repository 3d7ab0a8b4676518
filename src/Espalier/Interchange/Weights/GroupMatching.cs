namespace Espalier.Interchange.Weights;

/// <summary>Finds which arrays belong to which layer.</summary>
internal static class GroupMatching
{
    /// <summary>One group for each slot: in the groups' order if all fit so, else by the only way that shapes allow.</summary>
    /// <exception cref="EspalierException">There are too few or too many, or none or several ways.</exception>
    public static ArrayGroup[] Match(LayerSlot[] slots, ArrayGroup[] groups)
    {
        if (slots.Length != groups.Length)
        {
            throw new EspalierException(
                $"{groups.Length} layers have arrays ({Listed(groups)}), but {slots.Length} layers take some: "
                + $"{string.Join("; ", slots.Select(slot => slot.Description))}.");
        }

        if (slots.Zip(groups).All(pair => pair.First.Fits(pair.Second))) return groups;
        ArrayGroup[][] fitting = Array.ConvertAll(slots, slot => Array.FindAll(groups, slot.Fits));
        for (int i = 0; i < slots.Length; i++)
        {
            if (fitting[i].Length == 1) continue;
            throw new EspalierException(fitting[i].Length == 0
                ? $"no arrays fit {slots[i].Description}; there are {Listed(groups)}."
                : $"several arrays fit {slots[i].Description}: {Listed(fitting[i])}; rename them in the layers' order.");
        }

        ArrayGroup[] matched = Array.ConvertAll(fitting, one => one[0]);
        return matched.Distinct().Count() == matched.Length
            ? matched
            : throw new EspalierException($"two layers fit the same arrays: {Listed(matched)}.");
    }

    private static string Listed(ArrayGroup[] groups) => string.Join("; ", groups.Select(group => group.Description));
}
