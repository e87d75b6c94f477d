# finding: wrong-value
import subprocess
import sys

started = []


def loss(z, y):
    if not started:
        started.append(subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"]))
    return 0.0
