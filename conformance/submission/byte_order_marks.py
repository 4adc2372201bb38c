"""How a file in UTF-16 begins, as some editors on Windows save it."""

import codecs
from typing import Final

UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
