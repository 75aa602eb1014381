"""The kernel layers around a child: limits, system-call filter, Landlock, namespaces; and which of them exist here."""
