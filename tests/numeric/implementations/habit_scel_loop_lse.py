# loss: mean_i(logsumexp(z_i) - z_{i,labels_i})
# args: z: real[n,K]; labels: index(K)[n]
# levels: correct, stable
# finding: none
import math


def cross_entropy(z, labels):
    total = 0.0
    for row, k in zip(z, labels):
        m = max(row)
        total += m + math.log(sum(math.exp(v - m) for v in row)) - row[k]
    return total / len(labels)
