using System.Globalization;
using Espalier.Compilation.Model;
using Espalier.Training;

namespace Espalier.Cli;

/// <summary>
/// Hidden layers as the command line spells them, with commas or spaces between: "300,100",
/// "conv:20x5x5/identity,pool:2,conv:50x5x5/identity,pool:2,500", "conv:16x3x3/pad:1,bn,pool:2,dropout:0.25,128/tanh".
/// </summary>
internal static class LayersArgument
{
    /// <summary>The kinds of layers, for a verb's help: spelling and meaning.</summary>
    public static IReadOnlyList<(string Name, string Summary)> Kinds { get; } =
    [
        ("N", "dense layer of N units"),
        ("conv:FxHxW", "convolution, F filters of H by W; /stride:N, /pad:N, /dilation:N, /groups:N"),
        ("depthwise:HxW", "convolution, one filter of H by W for each channel; options likewise"),
        ("pool:N", "max-pooling by N; /stride:N unless N, /pad:N, /ceil"),
        ("average:N", "average pooling by N; options likewise"),
        ("global", "mean of each channel"),
        ("bn", "batch normalisation; its activation takes the place of that of the layer before"),
        ("dropout:P", "drops a part P of the values, in training only"),
    ];

    /// <summary>Adds the layers of <paramref name="text"/> to <paramref name="network"/>; "none" adds none.</summary>
    /// <param name="network">What they are added to.</param>
    /// <param name="text">The spelling.</param>
    /// <param name="hidden">The activation of dense layers, convolutions and batch normalisations that name none.</param>
    /// <exception cref="EspalierException">A part is no layer, or a layer does not fit what comes before it.</exception>
    public static void AddTo(NetworkBuilder network, string text, Activation hidden)
    {
        if (text == "none") return;
        Item[] items = [.. text.Split([',', ' ']).Select(part => new Item(text, part))];
        for (int i = 0; i < items.Length; i++)
        {
            bool isNormalized = i + 1 < items.Length && items[i + 1].Kind == "bn";
            items[i].AddTo(network, isNormalized ? Activation.Identity : hidden);
        }
    }

    /// <summary>One layer's spelling, "KIND[:SIZES][/OPTION...]".</summary>
    private sealed class Item
    {
        private readonly string _text, _part;
        private readonly string? _sizes;
        private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);

        public Item(string text, string part)
        {
            (_text, _part) = (text, part);
            string[] pieces = part.Split('/');
            int colon = pieces[0].IndexOf(':', StringComparison.Ordinal);
            (Kind, _sizes) = colon < 0 ? (pieces[0], null) : (pieces[0][..colon], pieces[0][(colon + 1)..]);
            foreach (string option in pieces.Skip(1))
            {
                string[] halves = option.Split(':', 2);
                bool isOwn = halves[0] is "stride" or "pad" or "dilation" or "groups" or "ceil";
                if (!_options.TryAdd(isOwn ? halves[0] : "", isOwn ? halves.ElementAtOrDefault(1) ?? "" : option))
                {
                    throw Wrong("says something twice");
                }
            }
        }

        public string Kind { get; }

        public void AddTo(NetworkBuilder network, Activation customary)
        {
            switch (Kind)
            {
                case "conv":
                    int[] sizes = Sizes(3, "conv:FILTERSxHEIGHTxWIDTH");
                    network.Convolution(sizes[0], Slide(new Window(sizes[1], sizes[2]), 1), Function(customary), Take("groups", 1));
                    break;
                case "depthwise":
                    int[] taps = Sizes(2, "depthwise:HEIGHTxWIDTH");
                    network.Depthwise(Slide(new Window(taps[0], taps[1]), 1), Function(customary));
                    break;
                case "pool" or "average":
                    int size = Sizes(1, $"{Kind}:SIZE")[0];
                    Window window = Slide(new Window(size, size), size);
                    bool ceiling = _options.Remove("ceil");
                    _ = Kind == "pool" ? network.MaxPooling(window, ceiling) : network.AveragePooling(window, ceiling);
                    break;
                case "global":
                    network.GlobalAverage();
                    break;
                case "bn":
                    network.BatchNormalization(Function(customary));
                    break;
                case "dropout":
                    network.Dropout(double.TryParse(_sizes, NumberStyles.Float, CultureInfo.InvariantCulture, out double rate)
                        ? rate
                        : throw Wrong("names no part to drop; write dropout:0.5"));
                    break;
                default:
                    if (_sizes is not null || !TryParse(Kind, out int units))
                    {
                        throw Wrong("is no layer; see espalier train --help for the kinds");
                    }

                    network.Dense(units, Function(customary));
                    break;
            }

            if (_options.Count > 0) throw Wrong($"has an option that a layer of its kind does not take");
        }

        private Window Slide(Window window, int stride)
        {
            (stride, int padding, int dilation) = (Take("stride", stride), Take("pad", 0), Take("dilation", 1));
            return window with
            {
                StrideY = stride, StrideX = stride, DilationY = dilation, DilationX = dilation,
                Top = padding, Left = padding, Bottom = padding, Right = padding,
            };
        }

        private Activation Function(Activation customary) =>
            _options.Remove("", out string? spelling) ? ActivationArgument.Parse(spelling) : customary;

        private int Take(string option, int otherwise)
        {
            if (!_options.Remove(option, out string? value)) return otherwise;
            return TryParse(value, out int number) ? number : throw Wrong($"gives no number for {option}; write /{option}:1");
        }

        private int[] Sizes(int count, string form)
        {
            string[] texts = (_sizes ?? "").Split('x');
            var sizes = new int[count];
            for (int i = 0; i < count; i++)
            {
                if (texts.Length != count || !TryParse(texts[i], out sizes[i])) throw Wrong($"has other sizes than {form}");
            }

            return sizes;
        }

        private static bool TryParse(string text, out int number) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

        private EspalierException Wrong(string what) => new($"--layers {_text}: '{_part}' {what}.");
    }
}
