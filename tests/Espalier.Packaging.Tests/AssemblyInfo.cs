// Each test is a build of its own, which takes all processors.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
