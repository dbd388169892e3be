"""What can be seen only where the arrays are: whether the submission changes what it is given."""

import numpy as np


def arguments_after(function, arguments):
    """Calls the named function with a dict of arrays, and returns this dict as it is afterwards."""
    import bptt

    arrays = {name: np.array(array) for name, array in arguments.items()}
    if function == "rnn_gradients":
        parameters = {name: arrays[name] for name in ("kernel", "recurrent_kernel", "bias")}
        bptt.rnn_gradients(arrays["inputs"], arrays["states"], parameters, arrays["upstream"])
    elif function == "gradient_norms":
        bptt.gradient_norms(arrays["states"], arrays["recurrent_kernel"], arrays["last_gradient"])
    else:
        bptt.clip_by_global_norm(list(arrays.values()), 0.01)
    return arrays
