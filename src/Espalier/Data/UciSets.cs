namespace Espalier.Data;

/// <summary>The tabular sets of the UCI Machine Learning Repository that the catalog knows.</summary>
internal static class UciSets
{
    private static readonly string[] s_cellNucleus =
    [
        "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points", 
        "symmetry", "fractal dimension",
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<TabularSource> All { get; } =
    [
        new()
        {
            Name = "iris",
            Title = "iris plants (Fisher 1936)",
            File = "uci/iris.data",
            FeatureNames = ["sepal length", "sepal width", "petal length", "petal width"],
            Classes = [("Iris-setosa", "setosa", 50), ("Iris-versicolor", "versicolor", 50), ("Iris-virginica", "virginica", 50)],
        },
        new()
        {
            // 16 rows lack the bare nuclei; the values are grades 1 to 10, so the median stands in.
            Name = "breast-cancer",
            Title = "Wisconsin breast cancer, cytology (Wolberg, Mangasarian 1990)",
            File = "uci/breast-cancer-wisconsin.data",
            FeatureNames =
            [
                "clump thickness", "cell size uniformity", "cell shape uniformity", "marginal adhesion", "epithelial cell size",
                "bare nuclei", "bland chromatin", "normal nucleoli", "mitoses",
            ],
            Classes = [("2", "benign", 458), ("4", "malignant", 241)],
            Csv = new CsvOptions { IgnoredColumns = ["1"] },
            Missing = MissingValues.Median,
        },
        new()
        {
            // A glucose, blood pressure, skin fold, insulin or body mass of 0 was not measured.
            Name = "diabetes",
            Title = "Pima Indians diabetes (Smith et al. 1988)",
            File = "uci/pima-indians-diabetes.data",
            FeatureNames = ["pregnancies", "glucose", "blood pressure", "skin thickness", "insulin", "body mass index", "pedigree", "age"],
            Classes = [("0", "healthy", 500), ("1", "diabetes", 268)],
            Csv = new CsvOptions { ZeroMeansMissing = ["2", "3", "4", "5", "6"] },
            Missing = MissingValues.Median,
        },
        new()
        {
            Name = "ionosphere",
            Title = "radar returns from the ionosphere (Sigillito et al. 1989)",
            File = "uci/ionosphere.data",
            FeatureNames = Numbered(34),
            Classes = [("b", "bad", 126), ("g", "good", 225)],
        },
        new()
        {
            Name = "waveform",
            Title = "waveforms with noise (Breiman et al. 1984), 21 inputs",
            File = "uci/waveform.data",
            FeatureNames = Numbered(21),
            Classes = [("0", "0", 1657), ("1", "1", 1647), ("2", "2", 1696)],
        },
        new()
        {
            Name = "wine",
            Title = "wines of three cultivars (Forina et al. 1988)",
            File = "uci/wine.data",
            FeatureNames =
            [
                "alcohol", "malic acid", "ash", "alcalinity of ash", "magnesium", "total phenols", "flavanoids", "nonflavanoid phenols",
                "proanthocyanins", "color intensity", "hue", "OD280/OD315", "proline",
            ],
            Classes = [("1", "1", 59), ("2", "2", 71), ("3", "3", 48)],
            Csv = new CsvOptions { LabelColumn = "1" },
        },
        new()
        {
            Name = "wdbc",
            Title = "Wisconsin diagnostic breast cancer, images (Street et al. 1993)",
            File = "uci/wdbc.data",
            FeatureNames =
            [
                .. s_cellNucleus.Select(name => $"{name} mean"),
                .. s_cellNucleus.Select(name => $"{name} error"),
                .. s_cellNucleus.Select(name => $"{name} worst"),
            ],
            Classes = [("B", "benign", 357), ("M", "malignant", 212)],
            Csv = new CsvOptions { IgnoredColumns = ["1"], LabelColumn = "2" },
        },
        new()
        {
            Name = "sonar",
            Title = "sonar returns from mines and rocks (Gorman, Sejnowski 1988)",
            File = "uci/sonar.all-data",
            FeatureNames = Numbered(60),
            Classes = [("M", "mine", 111), ("R", "rock", 97)],
        },
    ];

    private static string[] Numbered(int count) => [.. Enumerable.Range(0, count).Select(CsvColumns.PositionName)];
}
