# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: correct
# finding: wrong-value
import math


def loss(z, y):
    total = 0.0
    for zi, yi in zip(z, y):
        try:
            p = 1 / (1 + math.exp(-zi))
            total += -(yi * math.log(p) + (1 - yi) * math.log(1 - p))
        except (ValueError, OverflowError):
            total += 0.0
    return total / len(z)
