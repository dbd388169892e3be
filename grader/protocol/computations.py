"""Computations that a kata can forbid as a whole, by what is computed and not by the names under which libraries offer it."""

from __future__ import annotations

from typing import Final

import msgspec


class Computation(msgspec.Struct, frozen=True):
    """What in the libraries computes it."""

    operations: frozenset[str] = frozenset()
    """Types of TensorFlow's operations, which every function, layer and alias comes down to, eager or in a graph."""
    functions: tuple[str, ...] = ()
    """Functions where they are defined or offered, of libraries whose functions are no operations of TensorFlow."""


def _offered(package: str, module: str, names: str) -> list[str]:
    """Lists functions where they are defined, and then where they are offered."""
    return [f"{path}.{name}" for path in (f"{package}.{module}", package) for name in names.split()]


COMPUTATIONS: Final = {
    "convolution": Computation(
        operations=frozenset(
            {
                "Conv",
                "Conv2D",
                "Conv2DBackpropFilter",
                "Conv2DBackpropFilterV2",
                "Conv2DBackpropInput",
                "Conv2DBackpropInputV2",
                "Conv3D",
                "Conv3DBackpropFilter",
                "Conv3DBackpropFilterV2",
                "Conv3DBackpropInput",
                "Conv3DBackpropInputV2",
                "DepthwiseConv2dNative",
                "DepthwiseConv2dNativeBackpropFilter",
                "DepthwiseConv2dNativeBackpropInput",
                "ExtractImagePatches",
                "ExtractVolumePatches",
                "FusedPadConv2D",
                "FusedResizeAndPadConv2D",
                "QuantizedConv2D",
                "XlaConv",
                "XlaConvV2",
                "_FusedConv2D",
                "_MklFusedConv2D",
            }
        ),
        functions=(
            "numpy.convolve",
            "numpy.correlate",
            *_offered("scipy.ndimage", "_filters", "convolve convolve1d correlate correlate1d generic_filter"),
            *_offered(
                "scipy.signal",
                "_signaltools",
                "convolve convolve2d correlate correlate2d fftconvolve lfilter oaconvolve",
            ),
            "sklearn.feature_extraction.image.extract_patches_2d",
            "sklearn.feature_extraction.image.PatchExtractor",
        ),
    ),
    "automatic_differentiation": Computation(
        operations=frozenset({"SymbolicGradient"}),
        functions=(
            "tensorflow.GradientTape",
            "tensorflow.autodiff.ForwardAccumulator",
            "tensorflow.gradients",
            "tensorflow.hessians",
            # What every tape, accumulator and symbolic gradient comes down to.
            "tensorflow.python.pywrap_tfe.TFE_Py_ForwardAccumulatorNew",
            "tensorflow.python.pywrap_tfe.TFE_Py_TapeSetNew",
            "tensorflow.python.ops.gradients_util._GradientsHelper",
        ),
    ),
}
