# Run by way of python3 -c, so without single quotes. Reads one line of JSON: the sources of this folder as modules, the
# name of the one to run, and its arguments. Its main() yields rows; each goes out as one line of JSON at once.
import importlib.machinery, json, os, sys
request = json.loads(sys.stdin.buffer.readline())
os.environ.update(LC_ALL="C.UTF-8", PATH="/usr/sbin:/usr/bin:/sbin:/bin")
os.umask(0o077)
class Sources:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, Sources) if name in request["modules"] else None
    @staticmethod
    def create_module(spec):
        return None
    @staticmethod
    def exec_module(module):
        exec(compile(request["modules"][module.__name__], module.__name__ + ".py", "exec"), module.__dict__)
sys.meta_path.insert(0, Sources)
import relayhost
relayhost.run(request["script"], request["args"])
