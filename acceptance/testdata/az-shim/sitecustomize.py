"""Lets Debian's azure-cli 2.45 call the newer management SDKs it is packaged with.

Debian 12 pairs this CLI with SDK releases in which three names changed that a
few of its commands use, so that they end in an AttributeError before anything
is sent. The old names are put back here; requests and answers stay the SDK's.
Python imports this module by itself when its folder is on PYTHONPATH.
"""
import importlib.abc
import importlib.machinery
import sys


def give_back_config(module):
    """Operation groups of authorization had a public `config`."""
    for name, group in vars(module).items():
        if name.endswith("Operations") and isinstance(group, type) and "config" not in vars(group):
            group.config = property(lambda self: self._config)


def give_back_verbs(module):
    """Operation groups of managedservices had `create_or_update` and `delete`."""
    from azure.mgmt.managedservices import models

    if hasattr(module.RegistrationDefinitionsOperations, "create_or_update"):
        return  # another release of the SDK, which needs no mending

    def define(self, registration_definition_id, scope, properties):
        body = models.RegistrationDefinition(properties=properties)
        return self.begin_create_or_update(registration_definition_id, scope, body)

    def assign(self, scope, registration_assignment_id, properties):
        body = models.RegistrationAssignment(properties=properties)
        return self.begin_create_or_update(scope, registration_assignment_id, body)

    module.RegistrationDefinitionsOperations.create_or_update = define
    module.RegistrationAssignmentsOperations.create_or_update = assign
    module.RegistrationAssignmentsOperations.delete = module.RegistrationAssignmentsOperations.begin_delete


class Patched(importlib.abc.Loader):
    """Loads a module as its own loader does, then mends it."""

    def __init__(self, loader, mend):
        self.loader, self.mend = loader, mend

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        self.loader.exec_module(module)
        self.mend(module)


class Finder(importlib.abc.MetaPathFinder):
    """Finds the modules that want mending, and no others."""

    def find_spec(self, name, path, target=None):
        mend = None
        if name == "azure.mgmt.managedservices.operations":
            mend = give_back_verbs
        elif name.startswith("azure.mgmt.authorization.v") and name.split(".")[-1] == "operations" and "aio" not in name:
            mend = give_back_config
        if mend is None:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = Patched(spec.loader, mend)
        return spec


sys.meta_path.insert(0, Finder())
