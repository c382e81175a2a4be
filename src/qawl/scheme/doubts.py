"""Controls of Qawl's own by which annotators say that they are unsure, with a note to the lead.

They stand in every layer's config, of a span and of the whole task. No scheme may use their names.
"""

UNSURE = "unsure"
"""The one choice of the flag."""
OF_SPAN = ("qawl_unsure", "qawl_unsure_note", "shift+u")
"""The flag of a span, its note, and the key of the flag."""
OF_TASK = ("qawl_unsure_task", "qawl_unsure_task_note", "shift+y")
"""The flag of the whole task, its note, and the key of the flag."""
CONTROLS = (*OF_SPAN[:2], *OF_TASK[:2])
