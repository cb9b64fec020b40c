"""What the raw data is."""

import pandera.pandas as pa


class Rides(pa.DataFrameModel):
    """One row for each ride."""

    ride: int = pa.Field(ge=1, unique=True)
    fare: float = pa.Field(ge=0)
