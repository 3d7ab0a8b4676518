"""Trains LeNet-300-100 for some epochs with PyTorch on random pixels and prints the seconds of each epoch.

Usage: torch_epochs.py THREADS EPOCHS SAMPLES BATCH
The batches are gathered from one tensor by a random permutation: no data loader, the fastest plain way.
"""
import sys
import time

import torch

threads, epochs, samples, batch = map(int, sys.argv[1:])
torch.set_num_threads(threads)
torch.manual_seed(1)
inputs = torch.rand(samples, 784)
labels = torch.randint(0, 10, (samples,))
model = torch.nn.Sequential(
    torch.nn.Linear(784, 300), torch.nn.ReLU(), torch.nn.Linear(300, 100), torch.nn.ReLU(), torch.nn.Linear(100, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-4)
loss_function = torch.nn.CrossEntropyLoss()
print(torch.__version__)
for _ in range(epochs):
    start = time.perf_counter()
    order = torch.randperm(samples)
    for i in range(0, samples, batch):
        chosen = order[i:i + batch]
        optimizer.zero_grad()
        loss_function(model(inputs[chosen]), labels[chosen]).backward()
        optimizer.step()
    print(time.perf_counter() - start, flush=True)
