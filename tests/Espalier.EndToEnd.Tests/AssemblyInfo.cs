// Training takes all processors, and the README's program takes the console and the current folder of the whole process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
