"""Attributes in the order of the scheme: people set them in any, and exports have them in any.

exports/annotations has them as they came: digests of its records name what was repaired and judged. What
goes out has them in one order.
"""

from qawl.core.records import Annotation, Attributes, with_attributes
from qawl.scheme.model import Scheme


def in_order(record: Annotation, scheme: Scheme) -> Annotation:
    """The record with its attributes in the order of the scheme, others behind them by name."""
    place = {name: number for number, name in enumerate(scheme.attribute)}

    def ordered(given: Attributes) -> Attributes:
        if len(given) < 2:
            return given
        names = sorted(given, key=lambda each: (place.get(each, len(place)), each))
        return {name: given[name] for name in names}

    return with_attributes(record, ordered)
