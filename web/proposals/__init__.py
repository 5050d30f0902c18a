"""代拟需求: a manager's drafts for enterprises, and the enterprise's answer."""
