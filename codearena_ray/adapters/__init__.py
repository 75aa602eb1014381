"""The arena as other projects' interfaces: Gymnasium and RLlib environments over blocking services."""
