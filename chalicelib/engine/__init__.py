"""plan -> gather signals -> judge -> decide -> commit effects (or undo). Pure but for the ports it is handed."""
