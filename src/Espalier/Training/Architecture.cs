using Espalier.Compilation.Model;

namespace Espalier.Training;

/// <summary>A network that goes by a name in the literature or here.</summary>
public sealed class Architecture
{
    private readonly Action<NetworkBuilder> _addHidden;

    private Architecture(string name, string summary, Action<NetworkBuilder> addHidden) =>
        (Name, Summary, _addHidden) = (name, summary, addHidden);

    /// <summary>The name, as the command line spells it.</summary>
    public string Name { get; }

    /// <summary>What it is, in a line.</summary>
    public string Summary { get; }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Architecture> All { get; } =
    [
        // LeCun, Bottou, Bengio and Haffner (1998), as Han et al. (2015) and those after them train it.
        new("lenet-300-100", "Dense layers of 300 and 100 units with ReLU.", network => network
            .Dense(300, Activation.Relu).Dense(100, Activation.Relu)),

        // The form that comes with Caffe (Jia et al. 2014): no activation after the convolutions.
        new("lenet-5-caffe", "Convolutions of 20 and 50 filters of 5x5, each with a max-pooling by 2, and 500 units with ReLU.",
            network => network
                .Convolution(20, Window.Square(5), Activation.Identity).MaxPooling(Window.Square(2, stride: 2))
                .Convolution(50, Window.Square(5), Activation.Identity).MaxPooling(Window.Square(2, stride: 2))
                .Dense(500, Activation.Relu)),

        // LeCun, Bottou, Bengio and Haffner (1998) in today's form: the second convolution reads all maps, and max-pooling.
        new("lenet-5", "Convolutions of 6 and 16 filters of 5x5, each with ReLU and a max-pooling by 2, and 120 and 84 units.",
            network => network
                .Convolution(6, Window.Square(5, padding: 2), Activation.Relu).MaxPooling(Window.Square(2, stride: 2))
                .Convolution(16, Window.Square(5), Activation.Relu).MaxPooling(Window.Square(2, stride: 2))
                .Dense(120, Activation.Relu).Dense(84, Activation.Relu)),

        new("cnn-fashion",
            "Convolutions of 16 and 32 filters of 3x3, each with batch normalisation, ReLU and a max-pooling by 2, and 128 units.",
            network => network
                .Convolution(16, Window.Square(3, padding: 1), Activation.Identity).BatchNormalization(Activation.Relu)
                .MaxPooling(Window.Square(2, stride: 2))
                .Convolution(32, Window.Square(3, padding: 1), Activation.Identity).BatchNormalization(Activation.Relu)
                .MaxPooling(Window.Square(2, stride: 2))
                .Dropout(0.25).Dense(128, Activation.Relu).Dropout(0.5)),
    ];

    /// <summary>The one called <paramref name="name"/>.</summary>
    /// <exception cref="EspalierException">There is none.</exception>
    public static Architecture Find(string name) => All.FirstOrDefault(architecture => architecture.Name == name)
        ?? throw new EspalierException(
            $"'{name}' is no architecture; known are {string.Join(", ", All.Select(architecture => architecture.Name))}.");

    /// <summary>Makes a network with random starting weights.</summary>
    /// <param name="name">An identifier.</param>
    /// <param name="inputShape">The shape of one input sample.</param>
    /// <param name="outputs">The number of outputs, in a dense layer after all others.</param>
    /// <param name="output">The activation of that layer.</param>
    /// <param name="seed">Decides the starting weights.</param>
    /// <exception cref="EspalierException">The layers do not fit the input.</exception>
    public TrainableNetwork Create(string name, Shape inputShape, int outputs, Activation output, ulong seed)
    {
        var builder = new NetworkBuilder(inputShape, seed);
        _addHidden(builder);
        return builder.Dense(outputs, output).Build(name);
    }
}
