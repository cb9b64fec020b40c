"""The export of pipelines as Airflow DAGs: `conf/<env>/airflow.yml` to `dags/<dag_id>.py`.

kedro-airflow groups the nodes that memory joins. Its own command is not used: it opens a session,
escapes what it writes as if it were HTML, and cannot give each DAG an id of its own.
"""
