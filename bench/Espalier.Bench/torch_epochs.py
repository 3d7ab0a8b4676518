"""Trains a LeNet for some epochs with PyTorch on random pixels and prints the seconds of each epoch.

Usage: torch_epochs.py lenet-300-100|lenet-5-caffe THREADS EPOCHS SAMPLES BATCH
The batches are gathered from one tensor by a random permutation: no data loader, the fastest plain way.
"""
import sys
import time

import torch

name = sys.argv[1]
threads, epochs, samples, batch = map(int, sys.argv[2:])
torch.set_num_threads(threads)
torch.manual_seed(1)
inputs = torch.rand(samples, 784) if name == "lenet-300-100" else torch.rand(samples, 1, 28, 28)
labels = torch.randint(0, 10, (samples,))
if name == "lenet-300-100":
    model = torch.nn.Sequential(
        torch.nn.Linear(784, 300), torch.nn.ReLU(), torch.nn.Linear(300, 100), torch.nn.ReLU(), torch.nn.Linear(100, 10))
else:
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 20, 5), torch.nn.MaxPool2d(2), torch.nn.Conv2d(20, 50, 5), torch.nn.MaxPool2d(2), torch.nn.Flatten(),
        torch.nn.Linear(800, 500), torch.nn.ReLU(), torch.nn.Linear(500, 10))
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
