"""tuspyserver on FastAPI and uvicorn, as its README has it: `python tus_py.py PORT FOLDER`."""

# pyright: reportMissingImports=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# It is installed beside the product, not with it.

import sys

import uvicorn
from fastapi import FastAPI
from tuspyserver import create_tus_router

app = FastAPI()
app.include_router(create_tus_router(prefix="files", files_dir=sys.argv[2]))
uvicorn.run(app, port=int(sys.argv[1]), log_level="warning")
