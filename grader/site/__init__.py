"""The course as static pages: the map, statements, hints, latest reports, and solutions after a pass."""
