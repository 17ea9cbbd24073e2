"""Text of the files and pages that workspaces give as knowledge."""

from zrg.ai.extraction.reading import Extracted, ExtractionFailed, extract_text, kind_of

__all__ = ["Extracted", "ExtractionFailed", "extract_text", "kind_of"]
