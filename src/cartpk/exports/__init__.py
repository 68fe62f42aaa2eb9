"""Files that other tools take on: data sets for submission, a workbook, figures for print and slides."""

from cartpk.exports.package import Package, export

__all__ = ["Package", "export"]
