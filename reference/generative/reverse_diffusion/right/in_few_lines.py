import numpy as np


def predict_image(noisy, ratio, noise):
    return (noisy - np.sqrt(1 - ratio) * noise) / np.sqrt(ratio)


def fresh_deviation(ratio, next_ratio, eta):
    return eta * np.sqrt((1 - next_ratio) / (1 - ratio)) * np.sqrt(1 - ratio / next_ratio)


def sample(predict_noise, start, ratios, eta=0.0, fresh=None):
    images = np.array(start)
    for t in range(len(ratios) - 1, 0, -1):
        ratio, next_ratio = ratios[t], ratios[t - 1]
        noise = predict_noise(images, np.full(len(images), ratio))
        deviation = fresh_deviation(ratio, next_ratio, eta)
        image = predict_image(images, ratio, noise)
        images = np.sqrt(next_ratio) * image + np.sqrt(1 - next_ratio - deviation**2) * noise
        if eta > 0:
            images = images + deviation * fresh[t - 1]
    return images
