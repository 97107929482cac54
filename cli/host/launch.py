# Run by way of python3 -c, so without single quotes. Reads one line of JSON: the sources of the modules that the script
# needs, the name of the script, and its arguments. Its main() yields rows; each goes out as one line of JSON at once.
import importlib
import importlib.abc
import importlib.machinery
import json
import os
import sys

request = json.loads(sys.stdin.buffer.readline())
modules = request["modules"]
os.environ.update(LC_ALL="C.UTF-8", PATH="/usr/sbin:/usr/bin:/sbin:/bin")
os.umask(0o077)


class Sources(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):  # type: ignore[no-untyped-def]
        if name not in modules:
            return None
        is_package = any(other.startswith(name + ".") for other in modules)
        return importlib.machinery.ModuleSpec(name, self, is_package=is_package)

    def exec_module(self, module):  # type: ignore[no-untyped-def]
        exec(compile(modules[module.__name__], module.__name__ + ".py", "exec"), module.__dict__)


sys.meta_path.insert(0, Sources())
importlib.import_module("relayhost").run(request["script"], request["args"])
