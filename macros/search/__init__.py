"""Search that understands how Japanese customers type. Build side: from rendered sections to a compact index and table.

``normalise`` (one spelling for many) ← ``synonyms``, ``asked``, ``said`` (tables that people edit) ← ``learned`` (what
earlier queries say) ← ``packing`` (that in few bytes, with ``coder``) ← ``index`` (sections to bytes), ``worker`` (the
browser's half, in ``browser/``) ← ``hook`` (the only file that MkDocs calls).
"""
