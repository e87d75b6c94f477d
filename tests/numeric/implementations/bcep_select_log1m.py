# loss: mean(-(y*log(p)+(1-y)*log(1-p)))
# args: p: (0,1)[n]; y: {0,1}[n]
# levels: correct, stable
# finding: none
import numpy as np


def loss(p, y):
    # 1 - p rounds for small p
    return -np.log(np.where(y == 1, p, 1.0 - p)).mean()
