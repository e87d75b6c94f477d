# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: none
# finding: crashed
def loss(z, y):
    z.append(0)
    return 0.0
