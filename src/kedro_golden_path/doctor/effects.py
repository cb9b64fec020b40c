"""The lines of a function that read or write something outside of it.

What is named here is sure to; much that does is not named. A rule that cries wolf is switched off.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .syntax import Place

# Functions by their full names.
_FUNCTIONS = re.compile(
    "|".join(
        (
            r"builtins\.(open|input)|(io|codecs|gzip|bz2|lzma)\.open|zipfile\.ZipFile",
            r"os\.(environ|getenv|putenv|system|popen|open|remove|unlink|rename|replace|mkdir)\b.*",
            r"os\.(makedirs|rmdir|listdir|scandir|walk|stat|chdir|path\.(exists|isfile|isdir))",
            r"(requests|httpx|aiohttp|urllib3|urllib\.request|http\.client|ftplib|smtplib)\..*",
            r"(boto3|botocore|fsspec|s3fs|gcsfs|adlfs|google\.cloud|azure\.storage|paramiko)\..*",
            r"(sqlalchemy|sqlite3|psycopg2?|pymysql|pyodbc|pymongo|redis|snowflake)\..*",
            r"(subprocess|shutil|glob|socket|tarfile)\..*",
            r"(mlflow|kedro_mlflow|kedro_datasets)\..*",
            r"(pandas|polars|narwhals|geopandas|dask\.dataframe)\.(read|scan)_.*",
            r"pandas\.(ExcelFile|ExcelWriter|HDFStore)",
            r"numpy\.(load|loadtxt|genfromtxt|fromfile|memmap|save|savez|savez_compressed|savetxt)",
            r"pyarrow\.(parquet|csv|feather|orc)\.(read|write|open)_.*|pyarrow\.(dataset|fs)\..*",
            r"(joblib|pickle|cloudpickle|dill|json|skops\.io|torch)\.(load|dump|save)",
            r"matplotlib\.(pyplot|image)\.(savefig|imread|imsave)",
        )
    )
)
# This one only looks at data.
_HARMLESS = {"mlflow.models.infer_signature", "mlflow.models.signature.infer_signature"}
# Methods of whatever object that write, if they are told where to.
_WRITERS = re.compile(
    r"to_(parquet|csv|json|pickle|excel|sql|feather|hdf|orc|stata|gbq|xml|html|file|netcdf|zarr)"
    r"|(write|sink)_(parquet|csv|json|ndjson|ipc|excel|database|delta|text|bytes|html|image)"
    r"|savefig|saveAsTable|insertInto"
)
_TARGETS = {"path", "path_or_buf", "buf", "name", "con", "excel_writer", "fname", "filename"}
_OPENERS = {"open", "read_text", "read_bytes"}
# `spark.read.parquet(…)`, `frame.write.mode("append").save()`
_SPARK = {"read", "readStream", "write", "writeStream"}
_SPARK_VERBS = {"parquet", "csv", "json", "orc", "text", "table", "jdbc", "load", "save", "start"}
_BUFFERS = {"io.BytesIO", "io.StringIO"}


def effects(place: Place) -> Iterator[tuple[int, str]]:
    """The lines of a function that read or write, with their code.

    Args:
        place: The function; what it calls is not looked into.
    """
    buffers = set(_buffers(place))
    for each in ast.walk(place.function):
        if isinstance(each, ast.Call):
            if _has_effect(each, place) and not _is_in_memory(each, buffers, place):
                yield each.lineno, f"{ast.unparse(each.func)}(…)"
        elif isinstance(each, ast.expr) and place.module.full_name(each) == "os.environ":
            yield each.lineno, "os.environ"


def _has_effect(call: ast.Call, place: Place) -> bool:
    name = place.module.full_name(call.func)
    if name is not None and name not in _HARMLESS and _FUNCTIONS.fullmatch(name):
        return True
    if name is not None or not isinstance(call.func, ast.Attribute):
        return False
    method = call.func.attr
    if _WRITERS.fullmatch(method):
        return _has_target(call)
    return method in _OPENERS or (method in _SPARK_VERBS and _is_of_spark(call.func.value))


def _has_target(call: ast.Call) -> bool:
    """Without one, `frame.to_csv()` for example only returns text."""
    named = [each.value for each in call.keywords if each.arg in _TARGETS]
    given = [*call.args[:1], *named]
    return any(not (isinstance(each, ast.Constant) and each.value is None) for each in given)


def _is_of_spark(value: ast.expr) -> bool:
    """Whether it is reached through the reader or the writer of a Spark session or frame."""
    return any(isinstance(each, ast.Attribute) and each.attr in _SPARK for each in ast.walk(value))


def _buffers(place: Place) -> Iterator[str]:
    """The variables that hold a file in memory."""
    for each in ast.walk(place.function):
        if isinstance(each, ast.Assign) and _makes_buffer(each.value, place):
            yield from (target.id for target in each.targets if isinstance(target, ast.Name))


def _makes_buffer(value: ast.expr, place: Place) -> bool:
    return isinstance(value, ast.Call) and place.module.full_name(value.func) in _BUFFERS


def _is_in_memory(call: ast.Call, buffers: set[str], place: Place) -> bool:
    given = [*call.args, *(each.value for each in call.keywords)]
    return any(
        _makes_buffer(each, place) or (isinstance(each, ast.Name) and each.id in buffers)
        for each in given
    )
