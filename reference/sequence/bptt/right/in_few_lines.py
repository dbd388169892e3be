import numpy as np


def rnn_gradients(inputs, states, parameters, upstream):
    w, u = parameters["kernel"], parameters["recurrent_kernel"]
    dw, du, db, dx = np.zeros(w.shape), np.zeros(u.shape), np.zeros(len(u)), np.zeros(inputs.shape)
    dh = np.zeros(states[:, 0].shape)
    for t in range(inputs.shape[1], 0, -1):
        delta = (upstream[:, t - 1] + dh) * (1 - states[:, t] ** 2)
        dw += inputs[:, t - 1].T @ delta
        du += states[:, t - 1].T @ delta
        db += delta.sum(axis=0)
        dx[:, t - 1] = delta @ w.T
        dh = delta @ u.T
    return {"kernel": dw, "recurrent_kernel": du, "bias": db, "inputs": dx, "initial": dh}


def gradient_norms(states, recurrent_kernel, last_gradient):
    gradient = last_gradient
    norms = [np.linalg.norm(gradient, axis=1)]
    for t in range(states.shape[1] - 1, 0, -1):
        gradient = (gradient * (1 - states[:, t] ** 2)) @ recurrent_kernel.T
        norms.insert(0, np.linalg.norm(gradient, axis=1))
    return np.stack(norms, axis=1)


def clip_by_global_norm(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    if norm <= max_norm:
        return gradients, norm
    return [g * max_norm / norm for g in gradients], norm
