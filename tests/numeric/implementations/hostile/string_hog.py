# finding: out-of-memory | timeout
def loss(z, y):
    text = "z"
    while True:
        text += text
