"""The records themselves: projects, dossiers, documents, people, access, audit, events, bytes. Imports no sibling."""
