import runpy
import sys

sys.path.insert(0, "@SUITE@")
runpy.run_module("reference_impl.python.hello_server", run_name="__main__")
