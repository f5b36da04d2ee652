"""The help proven against real software: Thunderbird, Dovecot, Postfix and nginx in a network of their own.

``python -m e2e matrix`` runs every domain, protocol and way of setting up; ``python -m e2e pictures`` takes the
pictures of the help. Both build the site first and read the settings from what was built, never from ``domains/``.
"""
