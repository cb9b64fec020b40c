"""Contracts: what must be true of a dataset, on pandas and on Spark alike."""

from .hooks import ContractHooks
from .rules import Columns, rule, share
from .validator import Contract, ContractError

__all__ = ["Columns", "Contract", "ContractError", "ContractHooks", "rule", "share"]
