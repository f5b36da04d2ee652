"""Search that understands how Japanese customers type. Build side: from rendered sections to one compact index.

``normalise`` (one spelling for many) ← ``lexicon`` (words and readings), ``synonyms`` ← ``index`` (sections to bytes),
``worker`` (the browser's half, in ``browser/``) ← ``hook`` (the only file that MkDocs calls).
"""
