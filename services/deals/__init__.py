"""对接项目: opening a deal, the consent of both sides, its stages and its end; who stands around it and what they see."""
