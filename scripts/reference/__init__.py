"""The pages of docs/reference/, written from what the template and a project say of themselves.

It runs in the environment of a project with the example, which knows the commands and the models.
"""
