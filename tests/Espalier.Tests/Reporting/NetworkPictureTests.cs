using System.Xml.Linq;
using Espalier.Compilation.Model;
using Espalier.Reporting;
using Espalier.Tests.Shared;

namespace Espalier.Tests.Reporting;

public sealed class NetworkPictureTests
{
    [Fact]
    public void Every_kind_of_network_has_a_picture_with_a_panel_for_each_layer_of_weights()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            Network network = GraphNetworks.Random(seed);

            XDocument picture = XDocument.Parse(NetworkPicture.ToSvg(network));

            int panels = picture.Descendants().Count(element => element.Name.LocalName == "image");
            bool isDenseChain = network.IsChain && network.Layers.All(layer => layer is DenseLayer);
            Assert.Equal(isDenseChain ? 0 : network.Layers.Count(layer => layer is WeightedLayer), panels);
        }
    }

    [Fact]
    public void A_filter_is_a_tile_in_which_signs_have_their_colours_and_removed_weights_are_grey()
    {
        var image = new Shape(2, 4, 4);
        SparseMatrix weights = SparseMatrix.FromDense(3, 8, [1, 0, 0, 0, 0, 0, 0, -1, .. new float[16]]);
        var layer = new ConvolutionLayer("c", image, new Window(2, 2), 1, weights, new FloatVector(new float[3]), Activation.Relu);

        Picture mosaic = WeightMosaic.Draw(layer);

        // Two channels across and three filters down, tiles of 2 x 2 with a pixel between them.
        Assert.Equal((5, 8), (mosaic.Width, mosaic.Height));
        Assert.Equal(((byte)0x00, (byte)0x72, (byte)0xb2), mosaic.Colour(0, 0));
        Assert.Equal(((byte)0xd5, (byte)0x5e, (byte)0x00), mosaic.Colour(4, 1));
        Assert.Equal(((byte)0xe4, (byte)0xe7, (byte)0xec), mosaic.Colour(1, 0));
        Assert.Equal(((byte)0xff, (byte)0xff, (byte)0xff), mosaic.Colour(2, 0));
    }

    [Fact]
    public void A_large_layer_is_shown_by_the_largest_weight_of_each_block()
    {
        var dense = new float[300 * 700];
        (dense[0], dense[700 + 2], dense[701 * 2]) = (0.5f, -2f, 1f);
        var layer = new DenseLayer("d", SparseMatrix.FromDense(300, 700, dense), new FloatVector(new float[300]), Activation.Relu);

        Picture mosaic = WeightMosaic.Draw(layer);

        Assert.Equal((234, 100), (mosaic.Width, mosaic.Height));
        Assert.Equal(((byte)0xd5, (byte)0x5e, (byte)0x00), mosaic.Colour(0, 0));
        Assert.Equal(((byte)0xe4, (byte)0xe7, (byte)0xec), mosaic.Colour(1, 0));
    }
}
