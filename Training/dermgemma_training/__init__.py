"""The recipe behind DermGemma's embedded model: prepare, train, export, evaluate.

Research only. Nothing here, and nothing that comes out of it, is a diagnosis.
"""
