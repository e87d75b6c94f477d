# loss: 1 - (2*sum(p*y)+1)/(sum(p)+sum(y)+1)
# args: p: [0,1][n]; y: {0,1}[n]
# levels: none
# finding: wrong-value
import numpy as np


def dice_loss(p, y, smooth=1.0):
    inter = (p * y).sum()
    return 1 - (2.0 * inter + smooth) / ((p**2).sum() + (y**2).sum() + smooth)
