using System.Globalization;
using Espalier.Cli;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
return await CommandLineProgram.RunAsync(args, Terminal.OfProcess()).ConfigureAwait(false);
