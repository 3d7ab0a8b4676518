using System.Globalization;
using Espalier.Data;
using FsCheck;
using FsCheck.Fluent;

namespace Espalier.Tests.Data;

public sealed class CsvDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("1,2,a\n3,4,b\n")]
    [InlineData("1;2;a\r\n3;4;b\r\n")]
    [InlineData("1\t2\ta\n3\t4\tb")]
    [InlineData(" 1  2 a\n3   4 b \n\n")]
    [InlineData("x1,x2,class\n1, 2 ,a\n3,4.0,b\n")]
    [InlineData("\uFEFFx1;x2;class\n1;2;\"a\"\n\"3\";4e0;b\n")]
    [InlineData("1\r2\ra", false)]
    public void Separator_and_header_are_told_from_the_file(string content, bool good = true)
    {
        string path = _folder.Write("a.csv", content);
        if (!good)
        {
            Assert.Contains("none is left for the inputs", Assert.Throws<EspalierException>(() => CsvDataset.Load("a", path)).Message,
                StringComparison.Ordinal);
            return;
        }

        Dataset set = CsvDataset.Load("a", path);
        Assert.Equal([1, 2, 3, 4], set.Inputs);
        Assert.Equal([0, 1], set.Labels!);
        Assert.Equal(["a", "b"], set.ClassNames);
        Assert.Equal(["x1", "x2"], set.FeatureNames);
    }

    [Fact]
    public void Gzip_is_read_too()
    {
        string path = _folder.Write("a.csv", IdxBytes.Gzip("1,a\n2,b\n"u8.ToArray()));
        Assert.Equal([1, 2], CsvDataset.Load("a", path).Inputs);
    }

    [Fact]
    public void Any_field_comes_back_through_quotes()
    {
        Gen<string> letters = Gen.Elements('"', ',', '\n', '\r', ' ', ';', '\t', 'a', 'ä', '1').ArrayOf()
            .Select(chars => new string(chars));
        Gen<string[][]> tables = Gen.Choose(1,
            4).SelectMany(width => letters.ArrayOf(width).NonEmptyListOf().Select(rows => rows.ToArray()));
        Prop.ForAll(Arb.From(tables), table =>
        {
            string text = string.Join("\n", table.Select(row => string.Join(",", row.Select(field => $"\"{field.Replace("\"", "\"\"",
                StringComparison.Ordinal)}\""))));
            var rows = new CsvTokenizer("t", text, ',');
            foreach (string[] expected in table)
            {
                Assert.True(rows.ReadRow());
                Assert.Equal(expected, Enumerable.Range(0, rows.Count).Select(i => rows[i].ToString()));
            }

            Assert.False(rows.ReadRow());
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Any_numbers_come_back_to_the_bit()
    {
        Prop.ForAll(Arb.From(ArbMap.Default.GeneratorFor<float>().Where(float.IsFinite).NonEmptyListOf()), values =>
        {
            string rows = string.Join("\n", values.Select((value, i) => value.ToString("R",
                CultureInfo.InvariantCulture) + (i % 2 == 0 ? ",a" : ",b")));
            Dataset set = CsvDataset.Load("a", _folder.Write("a.csv", rows + "\n0,a\n0,b\n"));
            Assert.Equal(values.Select(BitConverter.SingleToInt32Bits), set.Inputs.SkipLast(2).Select(BitConverter.SingleToInt32Bits));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Label_column_is_found_by_name_or_position_and_ignored_columns_are_left_out()
    {
        string path = _folder.Write("a.csv", "id,kind,width,height\n7,b,1,2\n8,a,3,4\n");
        foreach (string label in (string[])["kind", "2"])
        {
            Dataset set = CsvDataset.Load("a", path, new CsvOptions { LabelColumn = label, IgnoredColumns = ["id"] });
            Assert.Equal([1, 2, 3, 4], set.Inputs);
            Assert.Equal([1, 0], set.Labels!);
            Assert.Equal(["width", "height"], set.FeatureNames);
        }
    }

    [Fact]
    public void Classes_that_are_numbers_are_in_the_order_of_the_numbers()
    {
        string path = _folder.Write("a.csv", "1,10\n2,9\n3,-1\n4,10\n");
        Dataset set = CsvDataset.Load("a", path);
        Assert.Equal(["-1", "9", "10"], set.ClassNames);
        Assert.Equal([2, 1, 0, 2], set.Labels!);
    }

    [Fact]
    public void Targets_of_regression_are_numbers()
    {
        Dataset set = CsvDataset.Load("a", _folder.Write("a.csv", "1,0.5\n2,-3\n"), new CsvOptions { Regression = true });
        Assert.Equal([0.5f, -3], set.Targets!);
        Assert.Equal((1, false), (set.TargetLength, set.IsClassification));
    }

    [Theory]
    [InlineData("", "(1,1): the file is empty.")]
    [InlineData("\n \n", "(1,1): the file is empty.")]
    [InlineData("a,b\n", "(1,1): there is a header but no row below it.")]
    [InlineData("1\n2\n", "(1,1): 1 column(s), and none is left for the inputs; check the separator and the columns left out.")]
    [InlineData("1,2,a\n3,4,b\n5,c\n", "(3,3): the row has 2 fields, but the first row has 3.")]
    [InlineData("1,2,a\n\n5,6,c,d\n", "(3,7): the row has 4 fields, but the first row has 3.")]
    [InlineData("1,2,a\n3,four,b\n", "(2,3): \"four\" is no number.")]
    [InlineData("1,2,a\n3, 1e39,b\n", "(2,4): \"1e39\" is no finite number of single precision.")]
    [InlineData("1,2,a\n3,Infinity,b\n", "(2,3): \"Infinity\" is no finite number of single precision.")]
    [InlineData("1,2,a\n3,?,b\n", "(2,3): the value \"?\" is missing; ask for the mean or the median in its place.")]
    [InlineData("1,2,a\n,4,b\n", "(2,1): the value \"\" is missing; ask for the mean or the median in its place.")]
    [InlineData("1,NaN,a\n,4,b\n", "(1,3): the value \"NaN\" is missing; ask for the mean or the median in its place.")]
    [InlineData("1,2,a\n3,4,\n", "(2,5): the label is missing; fill it in or remove the row.")]
    [InlineData("1,2,1\n3,4,1.5\n",
        "(2,5): the label 1.5 is no whole number; if it is to be estimated, ask for regression, else name the label column.")]
    [InlineData("1,2,a\n3,4,a\n", "(1,1): all 2 rows are of class \"a\"; at least 2 classes are needed.")]
    [InlineData("1,2,a\n\"3\"x,4,b\n", "(2,4): text after a closing quote; write the quote twice if it belongs to the field.")]
    [InlineData("1,2,a\n3,\"4,b\n5,6,a\n", "(2,3): this quote is never closed.")]
    public void Bad_file_is_reported_with_line_and_column(string content, string message)
    {
        string path = _folder.Write("bad.csv", content);
        Assert.Equal(path + message, Assert.Throws<EspalierException>(() => CsvDataset.Load("bad", path)).Message);
    }

    [Fact]
    public void Lines_within_quotes_count_for_later_errors()
    {
        string path = _folder.Write("bad.csv", "1,\"a\nb\"\nx,c\n");
        Assert.Equal($"{path}(3,1): \"x\" is no number.", Assert.Throws<EspalierException>(() => CsvDataset.Load("bad", path)).Message);
    }

    [Fact]
    public void Too_many_classes_are_reported_at_the_first_that_is_too_many()
    {
        string path = _folder.Write("bad.csv", string.Concat(Enumerable.Range(0, 1200).Select(i => $"1,{i}\n")));
        string message = Assert.Throws<EspalierException>(() => CsvDataset.Load("bad", path)).Message;
        Assert.StartsWith($"{path}(1001,3): more than 1000 classes;", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_column_is_reported_with_the_known_ones()
    {
        string path = _folder.Write("bad.csv", "width,class\n1,a\n");
        string message = Assert.Throws<EspalierException>(() => CsvDataset.Load("bad", path,
            new CsvOptions { LabelColumn = "kind" })).Message;
        Assert.Equal($"{path}(1,1): no column \"kind\"; the header has width, class; positions go from 1 to 2.", message);
    }

    [Fact]
    public void Bytes_that_are_no_utf8_are_reported()
    {
        string path = _folder.Write("bad.csv", [(byte)'1', (byte)',', 0xE4, (byte)'\n']);
        Assert.Equal($"{path}: byte 2: not UTF-8 text; save the file as UTF-8.",
            Assert.Throws<EspalierException>(() => CsvDataset.Load("bad", path)).Message);
    }
}
