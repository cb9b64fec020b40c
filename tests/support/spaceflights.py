"""What a project of `kedro new` is given: a pipeline like that of Kedro's spaceflights."""

FILES = {
    "data/01_raw/companies.csv": """\
id,company_rating,company_location,iata_approved
1,100%,Isle of Man,t
2,67%,Niue,f
3,91%,France,t
4,88%,Anguilla,f
""",
    "data/01_raw/reviews.csv": """\
shuttle_id,review_scores_rating,number_of_reviews
11,97.0,133
12,88.0,13
13,93.0,61
14,71.0,7
15,99.0,150
16,82.0,22
""",
    "data/01_raw/shuttles.csv": """\
id,company_id,engines,passenger_capacity,price
11,1,2,5,"$1,715.0"
12,2,1,2,"$1,325.0"
13,3,3,8,"$2,610.0"
14,4,1,3,"$1,290.0"
15,1,4,10,"$3,420.0"
16,3,2,4,"$1,660.0"
""",
    "conf/base/catalog/companies.yml": """\
companies:
  type: pandas.CSVDataset
  filepath: data/01_raw/companies.csv
""",
    "conf/base/catalog/reviews.yml": """\
reviews:
  type: pandas.CSVDataset
  filepath: data/01_raw/reviews.csv
""",
    "conf/base/catalog/shuttles.yml": """\
shuttles:
  type: pandas.CSVDataset
  filepath: data/01_raw/shuttles.csv
""",
    "conf/base/catalog/model_input_table.yml": """\
model_input_table:
  type: pandas.ParquetDataset
  filepath: data/03_primary/model_input_table.parquet
""",
    "conf/base/catalog/regressor.yml": """\
regressor:
  type: pickle.PickleDataset
  filepath: data/06_models/regressor.pickle
""",
    "conf/base/catalog/metrics.yml": """\
metrics:
  type: json.JSONDataset
  filepath: data/08_reporting/metrics.json
""",
    "conf/base/parameters.yml": """\
features:
  - engines
  - passenger_capacity
  - review_scores_rating
""",
    "src/spaceflights/pipelines/data_processing/__init__.py": """\
from .pipeline import create_pipeline as create_pipeline
""",
    "src/spaceflights/pipelines/data_science/__init__.py": """\
from .pipeline import create_pipeline as create_pipeline
""",
    "src/spaceflights/pipelines/data_processing/nodes.py": """\
import pandas as pd


def preprocess_companies(companies: pd.DataFrame) -> pd.DataFrame:
    rating = companies["company_rating"].str.removesuffix("%").astype(float) / 100
    approved = companies["iata_approved"] == "t"
    return companies.assign(company_rating=rating, iata_approved=approved)


def preprocess_shuttles(shuttles: pd.DataFrame) -> pd.DataFrame:
    price = shuttles["price"].str.replace("[$,]", "", regex=True).astype(float)
    return shuttles.assign(price=price)


def create_model_input_table(
    shuttles: pd.DataFrame, companies: pd.DataFrame, reviews: pd.DataFrame
) -> pd.DataFrame:
    rated = shuttles.merge(reviews, left_on="id", right_on="shuttle_id").drop(columns="id")
    return rated.merge(companies, left_on="company_id", right_on="id").drop(columns="id")
""",
    "src/spaceflights/pipelines/data_processing/pipeline.py": """\
from kedro.pipeline import Node, Pipeline

from .nodes import create_model_input_table, preprocess_companies, preprocess_shuttles


def create_pipeline(**kwargs) -> Pipeline:
    return Pipeline(
        [
            Node(preprocess_companies, "companies", "preprocessed_companies"),
            Node(preprocess_shuttles, "shuttles", "preprocessed_shuttles"),
            Node(
                create_model_input_table,
                ["preprocessed_shuttles", "preprocessed_companies", "reviews"],
                "model_input_table",
            ),
        ]
    )
""",
    "src/spaceflights/pipelines/data_science/nodes.py": """\
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score


def train_model(table: pd.DataFrame, features: list[str]) -> LinearRegression:
    return LinearRegression().fit(table[features], table["price"])


def evaluate_model(
    regressor: LinearRegression, table: pd.DataFrame, features: list[str]
) -> dict[str, float]:
    return {"r2": r2_score(table["price"], regressor.predict(table[features]))}
""",
    "src/spaceflights/pipelines/data_science/pipeline.py": """\
from kedro.pipeline import Node, Pipeline

from .nodes import evaluate_model, train_model


def create_pipeline(**kwargs) -> Pipeline:
    return Pipeline(
        [
            Node(train_model, ["model_input_table", "params:features"], "regressor"),
            Node(
                evaluate_model,
                ["regressor", "model_input_table", "params:features"],
                "metrics",
            ),
        ]
    )
""",
    ".telemetry": """\
consent: false
""",
}
