"""What is published about a number: labels, versions, tombstones."""

from clearbell.labels.publishing import Published, do_publish_labels, publish_labels
from clearbell.labels.rules import LabelSettings

__all__ = ["LabelSettings", "Published", "do_publish_labels", "publish_labels"]
