"""The sample archive: an invented province's projects, in every state the rules know, with their papers.

`build(seed, today)` is all of it. Nothing is written to disk and no file is made before its `write` is called.
"""

from admin.sample.build import build
from admin.sample.model import Sample, SampleFile, SamplePerson, SampleStory

__all__ = ["Sample", "SampleFile", "SamplePerson", "SampleStory", "build"]
