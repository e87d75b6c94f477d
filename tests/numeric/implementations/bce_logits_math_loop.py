# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: correct
# finding: overflow
import math


def loss(z, y):
    total = 0.0
    for a, b in zip(z, y):
        total += math.log(1 + math.exp(a)) - a * b
    return total / len(z)
