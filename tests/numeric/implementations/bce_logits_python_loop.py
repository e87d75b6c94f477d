# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: correct, stable, precise
# finding: none
import math


def loss(z, y):
    total = 0.0
    for a, b in zip(z, y):
        total += max(a, 0) - a * b + math.log1p(math.exp(-abs(a)))
    return total / len(z)
