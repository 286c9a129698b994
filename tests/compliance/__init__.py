"""The rules judged by their cases: facts in, findings out."""
