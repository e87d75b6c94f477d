# finding: nan | wrong-value
# returns: loss-and-gradient
# wrt: z
import struct

import numpy as np

(SIGNALS,) = struct.unpack("<d", bytes.fromhex("010000000000f07f"))


def loss(z, y):
    return SIGNALS, np.frombuffer(bytes.fromhex("efbeadde0000f8ff") * len(z))
