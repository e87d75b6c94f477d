# loss: mean_i(max(0, sum((a_i-b_i)^2)-sum((a_i-c_i)^2)+margin))
# args: a: real[n,d]; b: real[n,d]; c: real[n,d]; margin: positive = 1
# levels: none
# finding: wrong-value
import numpy as np


def triplet(a, b, c, margin=1.0):
    dp = ((a - b) ** 2).sum(1).mean()
    dn = ((a - c) ** 2).sum(1).mean()
    return max(0.0, dp - dn + margin)
